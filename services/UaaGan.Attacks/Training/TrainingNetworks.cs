using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Everything with weights that a training changes: G and D, their optimisers, and the best G so far.</summary>
internal sealed class TrainingNetworks : IDisposable
{
    private const string GeneratorPrefix = "generator.", DiscriminatorPrefix = "discriminator.", BestPrefix = "best.";

    public TrainingNetworks(OptionValues options, ulong seed)
    {
        Generator = GeneratorWeights.Build(GeneratorForm.From(options));
        Best = GeneratorWeights.Build(Generator.Form);
        SeededInitialization.Apply(Generator, seed, "generator");
        double beta1 = options.Number("beta1"), beta2 = options.Number("beta2");
        GeneratorOptimizer = new AdamOptimizer(GeneratorWeights.Named(Generator), beta1, beta2);
        if (options.Number("lambda-gan") > 0)
        {
            Discriminator = new Discriminator(options.Integer("discriminator-width"));
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

    /// <summary>Takes over the tensors of a checkpoint.</summary>
    /// <exception cref="FormatException">One is missing or has another shape.</exception>
    public void Restore(IReadOnlyDictionary<string, Tensor> tensors)
    {
        using var gradients = no_grad();
        foreach (var (name, live) in State())
        {
            if (!tensors.TryGetValue(name, out var stored) || !stored.shape.AsSpan().SequenceEqual(live.shape))
                throw new FormatException($"tensor {name} is missing or has another shape");
            live.copy_(stored);
        }
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
