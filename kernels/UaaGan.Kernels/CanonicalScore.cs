namespace UaaGan.Kernels;

/// <summary>The one definition of the score of a pair. Every kernel gives the same bits.</summary>
public static class CanonicalScore
{
    /// <summary>
    /// Dot product as one chain of float32 fused multiply-adds, s = fma(a[d], b[d], s) for d = 0..D-1 from s = 0; a result of
    /// negative zero becomes zero, so that equal scores have equal bits. On unit vectors it is the cosine.
    /// </summary>
    /// <param name="a">D components, finite.</param>
    /// <param name="b">D components, finite.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        if (a.Length != b.Length) throw new ArgumentException($"The vectors have {a.Length} and {b.Length} components; they must have the same number.", nameof(b));

        float sum = 0;
        for (int d = 0; d < a.Length; d++) sum = MathF.FusedMultiplyAdd(a[d], b[d], sum);
        return sum + 0f;
    }
}
