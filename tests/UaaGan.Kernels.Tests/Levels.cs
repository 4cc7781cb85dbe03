namespace UaaGan.Kernels.Tests;

/// <summary>The instruction levels of this machine, in this run.</summary>
internal static class Levels
{
    public static IReadOnlyList<SimdLevel> Supported { get; } = [.. Enum.GetValues<SimdLevel>().Where(IsSupported)];

    public static TheoryData<SimdLevel> All => [.. Enum.GetValues<SimdLevel>()];

    public static void Require(SimdLevel level) => Assert.SkipUnless(IsSupported(level), $"This processor, or this run's settings, have no {level}.");

    private static bool IsSupported(SimdLevel level)
    {
        try
        {
            _ = new GalleryMatrixBuilder(1, level);
            return true;
        }
        catch (NotSupportedException)
        {
            return false;
        }
    }
}
