using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Everything with weights that a training changes: G and D, their optimisers, and the best G so far.</summary>
internal sealed class TrainingNetworks : IDisposable
{
    private const string GeneratorPrefix = "generator.", DiscriminatorPrefix = "discriminator.", BestPrefix = "best.";

    /// <param name="options">The method's options.</param>
    /// <param name="seed">Of the first weights.</param>
    /// <param name="masked">Whether the generator has a mask.</param>
    /// <param name="judged">Whether there is a discriminator.</param>
    /// <param name="sees">What the generator sees of its target.</param>
    /// <param name="imageSize">Rows and columns of the training images.</param>
    /// <param name="dataType">Of the weights: float32, or float64 to compare with a reference.</param>
    public TrainingNetworks(
        OptionValues options, ulong seed, bool masked, bool judged, TargetView sees, (int Height, int Width) imageSize, ScalarType dataType = ScalarType.Float32)
    {
        Generator = GeneratorWeights.Build(GeneratorForm.From(options, masked, sees, imageSize), dataType);
        Best = GeneratorWeights.Build(Generator.Form, dataType);
        SeededInitialization.Apply(Generator, seed, "generator");
        double beta1 = options.Number("beta1"), beta2 = options.Number("beta2");
        GeneratorOptimizer = new AdamOptimizer(GeneratorWeights.Named(Generator), beta1, beta2);
        if (judged)
        {
            Discriminator = new Discriminator(options.Integer("discriminator-width"));
            Discriminator.to(dataType);
            foreach (var parameter in Discriminator.parameters())
                parameter.DetachFromDisposeScope();
            SeededInitialization.Apply(Discriminator, seed, "discriminator");
            DiscriminatorOptimizer = new AdamOptimizer(GeneratorWeights.Named(Discriminator), beta1, beta2);
        }

        KeepBest();
    }

    public PerturbationGenerator Generator { get; }

    public AdamOptimizer GeneratorOptimizer { get; }

    /// <summary>Null when the training has none.</summary>
    public Discriminator? Discriminator { get; }

    public AdamOptimizer? DiscriminatorOptimizer { get; }

    /// <summary>The generator as it was at the best validation.</summary>
    public PerturbationGenerator Best { get; }

    /// <summary>Makes the generator as it is the best one.</summary>
    public void KeepBest() => GeneratorWeights.Load(Best, GeneratorWeights.Named(Generator));

    /// <summary>All tensors by name; they are the live ones, not copies.</summary>
    public Dictionary<string, Tensor> State()
    {
        var state = GeneratorWeights.Named(Generator, GeneratorPrefix);
        IEnumerable<KeyValuePair<string, Tensor>> rest =
        [
            .. GeneratorWeights.Named(Best, BestPrefix),
            .. GeneratorOptimizer.State(GeneratorPrefix),
            .. Discriminator is null ? [] : GeneratorWeights.Named(Discriminator, DiscriminatorPrefix),
            .. DiscriminatorOptimizer?.State(DiscriminatorPrefix) ?? [],
        ];
        foreach (var (name, tensor) in rest)
            state.Add(name, tensor);
        return state;
    }

    public void Dispose()
    {
        Generator.Dispose();
        Best.Dispose();
        GeneratorOptimizer.Dispose();
        Discriminator?.Dispose();
        DiscriminatorOptimizer?.Dispose();
    }
}
