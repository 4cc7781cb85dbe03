using UaaGan.Networks;

namespace UaaGan.Demo.Networks;

/// <summary>How one target network is trained. The defaults are what all three scenarios share.</summary>
internal sealed record TrainingRecipe
{
    /// <summary>What the network sees: images at half their size, which halves plain noise too and leaves an attack its full strength.</summary>
    public required InputSize Input { get; init; }

    /// <summary>Identities to learn from; none of them is queried or trains a generator.</summary>
    public int Identities { get; init; } = 160;

    /// <summary>Images of each.</summary>
    public int Views { get; init; } = 16;

    public int Steps { get; init; } = 1000;

    /// <summary>Identities in a batch.</summary>
    public int BatchIdentities { get; init; } = 16;

    /// <summary>Images of each identity in a batch.</summary>
    public int BatchViews { get; init; } = 4;

    public double LearningRate { get; init; } = 2e-3;

    public double WeightDecay { get; init; } = 1e-3;

    /// <summary>Scale of the cosines in the identity loss.</summary>
    public double Scale { get; init; } = 16;

    /// <summary>Margin of the identity loss at the end of training (CosFace; Wang et al., CVPR 2018); it rises with the steps.</summary>
    public double Margin { get; init; } = 0.1;

    /// <summary>Weight of the batch-hard triplet loss (Hermans, Beyer, Leibe, 2017).</summary>
    public double TripletWeight { get; init; } = 0.5;

    /// <summary>Largest plain noise that training adds, in grey levels of 255: the network must not care about it.</summary>
    public double Noise { get; init; } = 4;

    /// <summary>Options of the architecture demo_resnet.</summary>
    public IReadOnlyDictionary<string, int> Architecture { get; init; } = new Dictionary<string, int> { ["width"] = 32, ["feature_dimension"] = 96 };

    public static TrainingRecipe For(DemoScenario scenario)
    {
        var shared = new TrainingRecipe { Input = new(scenario.Height / 2, scenario.Width / 2) };
        // Clothes have more to vary than faces or buildings, and a network sees that only in more people.
        return scenario.Name == "people" ? shared with { Identities = 300, Views = 12, Steps = 1200 } : shared;
    }
}
