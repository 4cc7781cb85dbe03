namespace UaaGan.Demo.Networks;

/// <summary>How one target network is trained. The defaults are what all three scenarios share.</summary>
internal sealed record TrainingRecipe
{
    /// <summary>Identities to learn from; none of them is queried or trains a generator.</summary>
    public int Identities { get; init; } = 300;

    /// <summary>Images of each.</summary>
    public int Views { get; init; } = 18;

    public int Steps { get; init; } = 1200;

    /// <summary>Identities in a batch.</summary>
    public int BatchIdentities { get; init; } = 16;

    /// <summary>Images of each identity in a batch.</summary>
    public int BatchViews { get; init; } = 4;

    public double LearningRate { get; init; } = 3e-3;

    public double WeightDecay { get; init; } = 1e-3;

    /// <summary>Scale of the cosines in the identity loss.</summary>
    public double Scale { get; init; } = 16;

    /// <summary>Margin of the identity loss (CosFace; Wang et al., CVPR 2018).</summary>
    public double Margin { get; init; } = 0.2;

    /// <summary>Weight of the batch-hard triplet loss (Hermans, Beyer, Leibe, 2017).</summary>
    public double TripletWeight { get; init; } = 1;

    /// <summary>Largest plain noise that training adds, in grey levels of 255: the network must not care about it.</summary>
    public double Noise { get; init; } = 12;

    /// <summary>Options of the architecture demo_resnet.</summary>
    public IReadOnlyDictionary<string, int> Architecture { get; init; } = new Dictionary<string, int> { ["width"] = 28, ["feature_dimension"] = 96 };

    public static TrainingRecipe For(DemoScenario scenario) => scenario.Name switch
    {
        _ => new TrainingRecipe(),
    };
}
