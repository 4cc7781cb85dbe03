namespace UaaGan.Networks;

/// <summary>A model to be added: a card without what the repository finds out itself.</summary>
public sealed record NewModel
{
    /// <summary>Name in the repository.</summary>
    public required string Name { get; init; }

    /// <inheritdoc cref="ModelCard.Architecture"/>
    public required string Architecture { get; init; }

    /// <summary>
    /// Path of its weights, a file of <see cref="StateReader.Open"/>'s formats: safetensors is copied, others are converted to it; or of the whole
    /// model, which is copied.
    /// </summary>
    public required string WeightsPath { get; init; }

    /// <summary>Dotted path of the state dictionary within a file of torch.save that holds several; null: the one that is found.</summary>
    public string? WeightsKey { get; init; }

    /// <summary>Size of the network's input, padding included.</summary>
    public required InputSize Input { get; init; }

    /// <summary>The architecture's own options.</summary>
    public IReadOnlyDictionary<string, int> ArchitectureOptions { get; init; } = new Dictionary<string, int>();

    /// <inheritdoc cref="ModelCard.Resize"/>
    public ResizeMode Resize { get; init; } = ResizeMode.Bilinear;

    /// <inheritdoc cref="ModelCard.ShortSide"/>
    public int? ShortSide { get; init; }

    /// <inheritdoc cref="ModelCard.Pad"/>
    public IReadOnlyList<int> Pad { get; init; } = [0, 0, 0, 0];

    /// <inheritdoc cref="ModelCard.Mean"/>
    public IReadOnlyList<double> Mean { get; init; } = ModelCard.ImageNetMean;

    /// <inheritdoc cref="ModelCard.Std"/>
    public IReadOnlyList<double> Std { get; init; } = ModelCard.ImageNetStd;

    /// <inheritdoc cref="ModelCard.ChannelOrder"/>
    public ChannelOrder ChannelOrder { get; init; } = ChannelOrder.Rgb;

    /// <inheritdoc cref="ModelCard.Pooling"/>
    public PoolingKind Pooling { get; init; } = PoolingKind.Average;

    /// <inheritdoc cref="ModelCard.GemP"/>
    public double GemP { get; init; } = 3;

    /// <inheritdoc cref="ModelCard.Scales"/>
    public IReadOnlyList<double> Scales { get; init; } = ModelCard.OneScale;

    /// <inheritdoc cref="ModelCard.Flip"/>
    public bool Flip { get; init; }

    /// <summary>Path of its <see cref="Whitening"/>, a safetensors file, which is copied; null: none.</summary>
    public string? WhiteningPath { get; init; }

    /// <inheritdoc cref="ModelCard.DataType"/>
    public string DataType { get; init; } = ModelCard.Float32DataType;

    /// <summary>Batch sizes it runs with; a whole model that takes one batch size and no other gets that one.</summary>
    public IReadOnlyList<int> BatchSizes { get; init; } = ModelCard.DefaultBatchSizes;

    /// <inheritdoc cref="ModelCard.Licence"/>
    public string? Licence { get; init; }

    /// <inheritdoc cref="ModelCard.Source"/>
    public string? Source { get; init; }
}
