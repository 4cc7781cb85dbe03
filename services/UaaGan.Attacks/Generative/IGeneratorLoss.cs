using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a method trains its generator by: all that tells UAA-GAN, SSAE and mis-ranking apart while they train.</summary>
internal interface IGeneratorLoss : IDisposable
{
    /// <summary>Whether a discriminator learns along.</summary>
    bool Judged { get; }

    /// <summary>Tensors that change with the steps beside the networks, by name; float32.</summary>
    IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>();

    /// <summary>What is mined for each image, a row each, in the whole batch from its clean features [N,D]; zeros [N] where nothing is.</summary>
    Tensor Mined(Tensor clean) => zeros(clean.shape[0]);

    /// <summary>Whether this step's perturbations are laid under the generator's mask.</summary>
    bool UsesMask(long step, long totalSteps) => true;

    /// <summary>G's loss on a batch or a part of one: every term is a mean over images.</summary>
    /// <param name="batch">Images and what is made of them; at least two images.</param>
    /// <param name="discriminator">D, or null when there is none.</param>
    /// <param name="step">Steps done before.</param>
    /// <param name="scalars">Takes "loss", its parts, "ssim" and what else is worth watching.</param>
    Tensor OfGenerator(GeneratorBatch batch, Discriminator? discriminator, long step, IDictionary<string, double> scalars);

    /// <summary>Learns what a step measured, as means over the whole batch.</summary>
    void Observe(IDictionary<string, double> scalars)
    {
    }

    void IDisposable.Dispose()
    {
    }

    /// <summary>How good a generator is that was validated so.</summary>
    double Score(ValidationResult result) => result.Score;
}
