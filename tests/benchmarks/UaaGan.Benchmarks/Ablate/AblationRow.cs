namespace UaaGan.Benchmarks;

/// <summary>What one generator came to: a line of the results' file.</summary>
internal sealed record AblationRow
{
    /// <summary>The image set, one of <see cref="AblationSets.Names"/>.</summary>
    public required string Set { get; init; }

    /// <summary>The variant's name.</summary>
    public required string Variant { get; init; }

    /// <summary>Every training option with the value it ran with.</summary>
    public required IReadOnlyDictionary<string, string> Options { get; init; }

    /// <summary>Training images asked for; null: all.</summary>
    public int? Images { get; init; }

    /// <summary>The budget, such as 8/255.</summary>
    public required string Epsilon { get; init; }

    public required ulong Seed { get; init; }

    public required long Steps { get; init; }

    /// <summary>Threads that shared each batch; another number gives other roundings.</summary>
    public required int Threads { get; init; }

    /// <summary>Training images that there were.</summary>
    public required int TrainingImages { get; init; }

    public required double TrainingSeconds { get; init; }

    /// <summary>mAP of the clean queries.</summary>
    public required double CleanMap { get; init; }

    /// <summary>Queries with a match in the gallery.</summary>
    public required int Queries { get; init; }

    /// <summary>Share of the mAP above chance that is lost, as evaluate defines it.</summary>
    public required double MapLost { get; init; }

    /// <summary>The same with the perturbations permuted among the queries.</summary>
    public required double MapLostSwapped { get; init; }

    /// <summary>Mean SSIM of the adversarial queries.</summary>
    public required double Ssim { get; init; }

    /// <summary>Area under the ROC curve of a freshly trained detector: 0.5 sees nothing, 1 everything.</summary>
    public required double DetectorAuc { get; init; }

    /// <summary>What it was measured on.</summary>
    public required string Machine { get; init; }

    /// <summary>Whether this is what a variant comes to; its name does not matter, nor do threads and machine.</summary>
    public bool IsOf(string set, AblationVariant variant, ulong seed, long steps) =>
        Set == set && Seed == seed && Steps == steps && Images == variant.Images && Epsilon == variant.Epsilon.ToString()
        && Options.Count == variant.Options.Count && variant.Options.All(option => Options.TryGetValue(option.Key, out string? value) && value == option.Value);
}
