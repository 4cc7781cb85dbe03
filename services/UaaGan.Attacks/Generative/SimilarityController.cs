using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Steers the weight of the 1-SSIM loss until the mean SSIM of training holds a target: an integral controller on a running mean.
/// The weight that gives an SSIM depends on the network and the images, so no constant would do.
/// </summary>
internal sealed class SimilarityController(double target) : IDisposable
{
    private const double Memory = 0.9;
    private const double Gain = 40;
    private const double Most = 1000;

    /// <summary>Weight and running mean, [2]: a tensor, so that a checkpoint holds it to the bit.</summary>
    public Tensor State { get; } = tensor(new[] { 0, float.NaN }).DetachFromDisposeScope();

    /// <summary>Weight of 1-SSIM now.</summary>
    public double Weight => State.data<float>()[0];

    /// <summary>Running mean of the SSIM; NaN before the first step.</summary>
    public double Mean => State.data<float>()[1];

    public void Observe(double similarity)
    {
        var mean = double.IsNaN(Mean) ? similarity : Memory * Mean + (1 - Memory) * similarity;
        var weight = target > 0 ? Math.Clamp(Weight + Gain * (target - mean), 0, Most) : Weight;
        var values = State.data<float>();
        (values[0], values[1]) = ((float)weight, (float)mean);
    }

    public void Dispose() => State.Dispose();
}
