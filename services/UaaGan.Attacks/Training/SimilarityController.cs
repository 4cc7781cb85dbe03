namespace UaaGan.Attacks;

/// <summary>
/// Steers the weight of the 1-SSIM loss until the mean SSIM of training holds a target: an integral controller on a running mean.
/// The weight that gives an SSIM depends on the network and the images, so no constant would do.
/// </summary>
internal sealed class SimilarityController(double target)
{
    private const double Memory = 0.9;
    private const double Gain = 40;
    private const double Most = 1000;

    /// <summary>Weight of 1-SSIM now.</summary>
    public double Weight { get; private set; }

    /// <summary>Running mean of the SSIM; NaN before the first step.</summary>
    public double Mean { get; private set; } = double.NaN;

    public void Observe(double similarity)
    {
        Mean = double.IsNaN(Mean) ? similarity : Memory * Mean + (1 - Memory) * similarity;
        if (target > 0)
            Weight = Math.Clamp(Weight + Gain * (target - Mean), 0, Most);
    }

    public void Restore(double weight, double mean) => (Weight, Mean) = (weight, mean);
}
