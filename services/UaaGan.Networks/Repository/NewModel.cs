namespace UaaGan.Networks;

/// <summary>A model to be added: a card without what the repository finds out itself.</summary>
public sealed record NewModel
{
    /// <summary>Name in the repository.</summary>
    public required string Name { get; init; }

    /// <inheritdoc cref="ModelCard.Architecture"/>
    public required string Architecture { get; init; }

    /// <summary>Path of its weights, a safetensors file, or of the whole model; it is copied.</summary>
    public required string WeightsPath { get; init; }

    /// <summary>Size of the network's input, padding included.</summary>
    public required InputSize Input { get; init; }

    /// <summary>The architecture's own options.</summary>
    public IReadOnlyDictionary<string, int> ArchitectureOptions { get; init; } = new Dictionary<string, int>();

    /// <inheritdoc cref="ModelCard.Resize"/>
    public ResizeMode Resize { get; init; } = ResizeMode.Bilinear;

    /// <inheritdoc cref="ModelCard.Pad"/>
    public IReadOnlyList<int> Pad { get; init; } = [0, 0, 0, 0];

    /// <inheritdoc cref="ModelCard.Mean"/>
    public IReadOnlyList<double> Mean { get; init; } = ModelCard.ImageNetMean;

    /// <inheritdoc cref="ModelCard.Std"/>
    public IReadOnlyList<double> Std { get; init; } = ModelCard.ImageNetStd;

    /// <inheritdoc cref="ModelCard.Pooling"/>
    public PoolingKind Pooling { get; init; } = PoolingKind.Average;

    /// <inheritdoc cref="ModelCard.GemP"/>
    public double GemP { get; init; } = 3;

    /// <inheritdoc cref="ModelCard.DataType"/>
    public string DataType { get; init; } = ModelCard.Float32DataType;

    /// <summary>Batch sizes it runs with; a whole model that takes one batch size and no other gets that one.</summary>
    public IReadOnlyList<int> BatchSizes { get; init; } = ModelCard.DefaultBatchSizes;

    /// <inheritdoc cref="ModelCard.Licence"/>
    public string? Licence { get; init; }

    /// <inheritdoc cref="ModelCard.Source"/>
    public string? Source { get; init; }
}
