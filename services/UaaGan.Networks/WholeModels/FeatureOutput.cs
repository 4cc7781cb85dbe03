using UaaGan.Failures;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>What a whole model must give, which only running it tells.</summary>
internal static class FeatureOutput
{
    /// <summary>The output as features, float32 [N,D].</summary>
    /// <param name="output">The model's output for a batch.</param>
    /// <param name="batch">N.</param>
    /// <exception cref="FailureException">InvalidArgument MODEL_OUTPUT_INVALID.</exception>
    public static Tensor Features(Tensor output, long batch)
    {
        if (!output.is_floating_point() || output.shape is not ([_, > 0] or [_, > 0, 1, 1]) || output.shape[0] != batch)
            throw WholeModelFailure.OutputInvalid($"{output.dtype} [{string.Join(", ", output.shape)}] for a batch of {batch}");
        return output.flatten(1).to(ScalarType.Float32);
    }

    /// <summary>Runs the self-check's pattern through a model.</summary>
    /// <param name="card">Size of the input.</param>
    /// <param name="run">Features of a batch of inputs.</param>
    /// <param name="declared">The batch size that the model itself asks for; null: any.</param>
    /// <param name="device">Where it runs.</param>
    /// <returns>Components of a feature, and the one batch size that it takes; null: any.</returns>
    /// <exception cref="FailureException">InvalidArgument: it takes no such input, or gives no feature.</exception>
    public static (int Dimension, int? FixedBatchSize) Probe(ModelCard card, Func<Tensor, Tensor> run, int? declared, Device device)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var pattern = PixelTensor.FromImage(CheckPattern.Image(card.Input.Width, card.Input.Height)).to(device);
        var dimension = Dimension(declared ?? 1);
        return ((int)dimension, declared ?? (TakesTwo() ? null : 1));

        long Dimension(int batch) => run(pattern.repeat(batch, 1, 1, 1)).shape[1];

        // A trace often has the batch size of its example written into its shapes.
        bool TakesTwo()
        {
            try
            {
                return Dimension(2) == dimension;
            }
            catch (FailureException)
            {
                return false;
            }
        }
    }
}
