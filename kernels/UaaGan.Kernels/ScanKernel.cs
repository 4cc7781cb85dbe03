using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>
/// Scores a block of rows against a tile of queries. A block is dimension-major: component d of its 32 rows lies together, so
/// that one instruction advances many rows' chains and no row's chain is ever split.
/// </summary>
internal abstract unsafe class ScanKernel
{
    /// <summary>Rows of a block, the same at every level so that a matrix fits all kernels.</summary>
    public const int RowsPerBlock = 32;

    /// <summary>The level.</summary>
    public abstract SimdLevel Level { get; }

    /// <summary>Queries that a tile may have at most.</summary>
    public abstract int MaxTileWidth { get; }

    /// <summary>Scores one block.</summary>
    /// <param name="block">dimension x 32, aligned to 64 bytes.</param>
    /// <param name="tile">dimension x width.</param>
    /// <param name="width">1 to <see cref="MaxTileWidth"/>.</param>
    /// <param name="dimension">D, at least 1.</param>
    /// <param name="scores">width x 32, aligned to 64 bytes; written.</param>
    public abstract void Score(float* block, float* tile, int width, int dimension, float* scores);

    /// <summary>The kernel of a level; the widest that the processor has when none is named.</summary>
    /// <exception cref="NotSupportedException">The processor lacks that level; nothing else is taken in its place.</exception>
    public static ScanKernel Get(SimdLevel? level) => level switch
    {
        SimdLevel.Vector512 when Avx512F.IsSupported => Vector512Kernel.Instance,
        SimdLevel.Vector256 when Fma.IsSupported => Vector256Kernel.Instance,
        SimdLevel.Scalar => ScalarKernel.Instance,
        null => Avx512F.IsSupported ? Vector512Kernel.Instance : Fma.IsSupported ? Vector256Kernel.Instance : ScalarKernel.Instance,
        _ => throw new NotSupportedException($"This processor, or this run's settings, have no {level}."),
    };
}
