using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>What feature_pack is given; see kernels/cuda/feature_pack.cu for its contract.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FeaturePackArguments
{
    /// <summary>Count x dimension.</summary>
    public float* Features;

    /// <summary>Count x dimension, of unit length; written.</summary>
    public float* Unit;

    /// <summary>Count x stride in bfloat16, zeros behind the dimension; written.</summary>
    public ushort* Packed;

    /// <summary>No less than the norm of unit - packed, one a row; written.</summary>
    public float* Residuals;

    /// <summary>One a row; written.</summary>
    public FeatureStatus* Status;

    /// <summary>Rows.</summary>
    public int Count;

    /// <summary>Components of a row, at least 1.</summary>
    public int Dimension;

    /// <summary>Numbers from one packed row to the next, at least the dimension.</summary>
    public int Stride;

    private readonly int _reserved;
}
