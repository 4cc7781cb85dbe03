using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// One thread's part of a training step. Between its two halves the batch is mined and D is updated; its tensors stay in a scope that is open
/// on its thread until <see cref="End"/>.
/// </summary>
internal sealed class TrainingShard(TrainingNetworks networks, GeneratorLoss loss, float epsilon)
{
    private DisposeScope? _scope;
    private Tensor? _images, _perturbation;

    /// <summary>Clean features [n,D] of its images.</summary>
    public Tensor? Clean { get; private set; }

    /// <summary>D's gradients, in the order of its parameters; empty when D is not updated in this step.</summary>
    public IList<Tensor> DiscriminatorGradients { get; private set; } = [];

    /// <summary>G's gradients, in the order of its parameters.</summary>
    public IList<Tensor> GeneratorGradients { get; private set; } = [];

    /// <summary>What its losses were.</summary>
    public Dictionary<string, double> Scalars { get; } = new(StringComparer.Ordinal);

    /// <summary>Perturbs images [n,C,H,W], and judges both when D is to learn.</summary>
    public void Begin(Tensor images, bool trainDiscriminator)
    {
        _scope = NewDisposeScope();
        _images = images;
        _perturbation = networks.Generator.Perturbation(images, epsilon);
        Clean = loss.Clean(images);
        DiscriminatorGradients = trainDiscriminator ? OfDiscriminator(networks.DiscriminatorOptimizer!, images, _perturbation) : [];
    }

    /// <summary>G's losses on the same images, whose negatives [n] were mined in the whole batch.</summary>
    public void Finish(Tensor negative, double similarityWeight, long step)
    {
        var total = loss.OfGenerator(_images!, _perturbation!, Clean!, negative, networks.Discriminator, similarityWeight, step, Scalars);
        GeneratorGradients = autograd.grad([total], networks.GeneratorOptimizer.Parameters);
    }

    /// <summary>Frees its tensors, on its thread.</summary>
    public void End()
    {
        _scope?.Dispose();
        (_scope, _images, _perturbation, Clean) = (null, null, null, null);
        (DiscriminatorGradients, GeneratorGradients) = ([], []);
    }

    private IList<Tensor> OfDiscriminator(AdamOptimizer optimizer, Tensor images, Tensor perturbation)
    {
        var adversarial = (images + perturbation.detach()).clamp(0, 1);
        var (total, real, fake) = GeneratorLoss.OfDiscriminator(networks.Discriminator!, images, adversarial);
        Scalars["loss_discriminator"] = total.item<float>();
        Scalars["d_real"] = real.item<float>();
        Scalars["d_fake"] = fake.item<float>();
        return autograd.grad([total], optimizer.Parameters);
    }
}
