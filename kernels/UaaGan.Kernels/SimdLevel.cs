namespace UaaGan.Kernels;

/// <summary>Which instructions a scan uses. All give the same bits.</summary>
public enum SimdLevel
{
    /// <summary>One row at a time; runs everywhere.</summary>
    Scalar,

    /// <summary>AVX2 with FMA.</summary>
    Vector256,

    /// <summary>AVX-512F.</summary>
    Vector512,
}
