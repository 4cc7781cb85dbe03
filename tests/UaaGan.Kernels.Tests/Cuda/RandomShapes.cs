namespace UaaGan.Kernels.Tests;

/// <summary>Random shapes and numbers, the same for the same seed.</summary>
internal static class RandomShapes
{
    /// <summary>A number from least to most whose logarithm is uniform.</summary>
    public static int LogUniform(this Random random, int least, int most) =>
        Math.Clamp((int)(least * Math.Exp(random.NextDouble() * Math.Log((most + 1.0) / least))), least, most);

    /// <summary>Now and then a number at one of the thresholds or beside it, else log-uniform.</summary>
    public static int NearThresholds(this Random random, int least, int most, params ReadOnlySpan<int> thresholds) =>
        random.Next(3) == 0 ? Math.Clamp(thresholds[random.Next(thresholds.Length)] + random.Next(-1, 2), least, most) : random.LogUniform(least, most);

    /// <summary>A number of the normal distribution.</summary>
    public static float Normal(this Random random) =>
        (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
