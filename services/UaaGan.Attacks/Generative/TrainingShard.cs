using TorchSharp;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// One thread's part of a training step. Between its two halves the batch is mined and D is updated; its tensors stay in a scope that is open
/// on its thread until <see cref="End"/>.
/// </summary>
internal sealed class TrainingShard(TrainingNetworks networks, IGeneratorLoss loss, IFeatureNetwork target, float epsilon)
{
    private DisposeScope? _scope;
    private Tensor? _images;
    private GeneratorOutput? _output;
    private bool _masked;

    /// <summary>Clean features [n,D] of its images.</summary>
    public Tensor? Clean { get; private set; }

    /// <summary>D's gradients, in the order of its parameters; empty when D is not updated in this step.</summary>
    public IList<Tensor> DiscriminatorGradients { get; private set; } = [];

    /// <summary>G's gradients, in the order of its parameters.</summary>
    public IList<Tensor> GeneratorGradients { get; private set; } = [];

    /// <summary>What its losses were.</summary>
    public Dictionary<string, double> Scalars { get; } = new(StringComparer.Ordinal);

    /// <summary>Perturbs images [n,C,H,W], and judges both when D is to learn.</summary>
    /// <param name="batch">Its images.</param>
    /// <param name="masked">Whether the perturbation is laid under the generator's mask.</param>
    /// <param name="trainDiscriminator">Whether D is updated in this step.</param>
    public void Begin(TrainingBatch batch, bool masked, bool trainDiscriminator)
    {
        _scope = NewDisposeScope();
        var images = batch.Images;
        (_images, _masked) = (images, masked);
        (Clean, var map) = target.FeaturesAndMap(images);
        var output = networks.Generator.Run(images, TargetView.Of(target, map, networks.Generator.Form.SecondGradient ? Clean : null), epsilon, masked);
        _output = output with { Perturbation = Resampling.AsSeen(output.Perturbation, batch.Sizes, epsilon) };
        DiscriminatorGradients = trainDiscriminator ? OfDiscriminator(networks.DiscriminatorOptimizer!, images, _output.Perturbation) : [];
    }

    /// <summary>G's losses on the same images, for which <paramref name="mined"/> (n rows) was mined in the whole batch.</summary>
    public void Finish(Tensor mined, long step)
    {
        var (perturbation, mask) = _output!;
        var batch = new GeneratorBatch(
            _images!, perturbation, _masked ? mask : null, Clean!, mined, images => networks.Generator.Run(images, TargetView.Of(networks.Generator, target, images), epsilon, _masked).Perturbation);
        var total = loss.OfGenerator(batch, networks.Discriminator, step, Scalars);
        // TorchSharp's autograd.grad ends the process where a parameter takes no part.
        if (!_masked && mask is not null)
            total = total.Plus(mask.sum().Times(0));
        GeneratorGradients = autograd.grad([total], networks.GeneratorOptimizer.Parameters);
    }

    /// <summary>Frees its tensors, on its thread.</summary>
    public void End()
    {
        _scope?.Dispose();
        (_scope, _images, _output, Clean) = (null, null, null, null);
        (DiscriminatorGradients, GeneratorGradients) = ([], []);
    }

    private IList<Tensor> OfDiscriminator(AdamOptimizer optimizer, Tensor images, Tensor perturbation)
    {
        var adversarial = images.Plus(perturbation.detach()).Within(0, 1);
        var (total, real, fake) = DiscriminatorLoss.OfDiscriminator(networks.Discriminator!, images, adversarial);
        Scalars["loss_discriminator"] = total.Value();
        Scalars["d_real"] = real.Value();
        Scalars["d_fake"] = fake.Value();
        return autograd.grad([total], optimizer.Parameters);
    }
}
