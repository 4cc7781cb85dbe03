namespace UaaGan.Kernels;

/// <summary>How a kernel of kernels/cuda is launched: blocks of 256 threads in a grid, with shared memory.</summary>
/// <param name="Kernel">Its name in the module.</param>
/// <param name="GridX">Blocks along x, at least 1.</param>
/// <param name="GridY">Blocks along y, 1 to 65535.</param>
/// <param name="SharedBytes">Shared memory of a block.</param>
internal readonly record struct LaunchPlan(string Kernel, int GridX, int GridY, int SharedBytes)
{
    public const int Threads = 256;

    /// <summary>Images or tiles of queries that one launch takes.</summary>
    public const int MaxGridY = 65535;

    /// <summary>Queries up to which a scan has the kernel that reads rows for few of them.</summary>
    public const int FewQueries = 16;

    /// <summary>Most shared memory that any of these plans asks for: 99 KiB, the least that a GPU from sm_80 on grants a block (8.6, 8.9 and 12.0 do).</summary>
    public const int MaxSharedBytes = RerankShared + (2 * MaxHalf * sizeof(ulong));

    /// <summary>Most rows that rerank_exact can find for a query.</summary>
    public const int MaxHalf = 4096;

    private const int Warps = 8;
    private const int PixelsPerBlock = 2048;
    private const int ManyQueries = 128;
    private const int RowTile = 128;
    private const int Stages = 4;
    private const int SliceBytes = 64;
    private const int HistogramBytes = Warps * 256 * sizeof(uint);
    private const int RerankShared = (Warps * 32 * 33 * sizeof(float)) + (2 * Threads * sizeof(uint));

    public static LaunchPlan Of(in PerturbArguments arguments) =>
        new("perturb_forward", Ceiling(arguments.LargestImage, PixelsPerBlock), arguments.ImageCount, 4 * Warps * sizeof(uint));

    /// <summary>The sums of momentum, which come before the step.</summary>
    public static LaunchPlan OfSums(in AttackStepArguments arguments) =>
        new("attack_gradient_sums", Chunks(arguments), arguments.ImageCount, Warps * sizeof(float));

    public static LaunchPlan Of(in AttackStepArguments arguments) => new("attack_step", Chunks(arguments), arguments.ImageCount, 0);

    public static LaunchPlan Of(in FeaturePackArguments arguments) => new("feature_pack", Ceiling(arguments.Count, Warps), 1, 0);

    public static LaunchPlan Of(in FeatureDistanceArguments arguments) => new("feature_distance", Ceiling(arguments.Count, Warps), 1, 0);

    public static LaunchPlan Of(in ScanArguments arguments) => arguments.QueryCount <= FewQueries
        ? new("scan_topk_16", arguments.Splits, 1, ScanShared(FewQueries))
        : new("scan_topk_128", arguments.Splits, Ceiling(arguments.QueryCount, ManyQueries), ScanShared(ManyQueries));

    public static LaunchPlan Of(in RerankArguments arguments) =>
        new("rerank_exact", arguments.QueryCount, 1, RerankShared + (2 * arguments.Half * sizeof(ulong)));

    private static int ScanShared(int queries) => (Stages * (queries + RowTile) * SliceBytes) + HistogramBytes + (queries * (sizeof(uint) + sizeof(float)));

    private static int Chunks(in AttackStepArguments arguments) => Ceiling((long)arguments.LargestImage * arguments.Channels, AttackStepArguments.ElementsPerSum);

    private static int Ceiling(long count, int size) => checked((int)((count + size - 1) / size));
}
