namespace UaaGan.Demo.Networks;

/// <summary>The normalisation of the demo's networks, the same for all.</summary>
internal static class ModelStatistics
{
    public static IReadOnlyList<double> Mean { get; } = [0.45, 0.45, 0.45];

    public static IReadOnlyList<double> Std { get; } = [0.25, 0.25, 0.25];
}
