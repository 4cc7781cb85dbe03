namespace UaaGan.Benchmarks.Tests;

internal static class Rows
{
    public static AblationRow Of(string set, AblationVariant variant, ulong seed, long steps, double lost = 0.75) => new()
    {
        Set = set,
        Variant = variant.Name,
        Options = variant.Options,
        Images = variant.Images,
        Epsilon = variant.Epsilon.ToString(),
        Seed = seed,
        Steps = steps,
        Threads = 2,
        TrainingImages = 160,
        TrainingSeconds = 60,
        CleanMap = 0.98,
        Queries = 110,
        MapLost = lost,
        MapLostSwapped = 0.25,
        Ssim = 0.875,
        DetectorAuc = 0.5,
        Machine = "a machine",
    };
}
