using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>What an evaluation is to do.</summary>
internal sealed record EvaluationPlan
{
    public required ModelReference Model { get; init; }

    public required RetrievalDataset Data { get; init; }

    /// <summary>The data's folder as given, for the manifest.</summary>
    public required string DataFolder { get; init; }

    /// <summary>How it lies there; null: the first layout that the folder looks like.</summary>
    public string? Layout { get; init; }

    /// <summary>The attacks; none: clean rows only.</summary>
    public required IReadOnlyList<AttackSpec> Attacks { get; init; }

    public required Epsilon Epsilon { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>Which images are attacked.</summary>
    public AttackedSide Side { get; init; }

    /// <summary>The gallery images that are attacked, on that side; null: all.</summary>
    public IReadOnlyList<DatasetEntry>? PerturbedGallery { get; init; }

    /// <summary>The images that are attacked.</summary>
    public IReadOnlyList<DatasetEntry> Attacked => Side == AttackedSide.Query ? Data.Queries : PerturbedGallery ?? Data.Gallery;

    /// <summary>One of the images that are attacked, in words.</summary>
    public string AttackedNoun => Side == AttackedSide.Query ? "query" : "gallery image";

    /// <summary>The part of each image that attacks may change; null: all of it.</summary>
    public ImageBox? Box { get; init; }

    /// <summary>Whether a generator trained for another epsilon may be scaled.</summary>
    public bool Rescale { get; init; }

    /// <summary>The networks that the attacks are made on, on the mean of the losses where there are several; none: the one that is scored, white box.</summary>
    public IReadOnlyList<ModelReference> Surrogates { get; init; } = [];

    /// <summary>Whether queries are scored again after each <see cref="Defence"/>.</summary>
    public bool Survival { get; init; }

    /// <summary>Whether each change is compared with where the attacked network looks.</summary>
    public bool Saliency { get; init; }

    /// <summary>What LPIPS is measured with; null: it is not.</summary>
    public PerceptualFiles? Perceptual { get; init; }

    /// <summary>Whether queries may be images that a generator was trained on.</summary>
    public bool AllowTrainedQueries { get; init; }

    /// <summary>Whether adversarial images that an interrupted run of the same settings has saved are taken as they are.</summary>
    public bool Resume { get; init; }

    /// <summary>Bootstrap resamples for the 95 % intervals; 0 for none.</summary>
    public int BootstrapSamples { get; init; } = 1000;

    /// <summary>Which average precision; unspecified: the protocol's own.</summary>
    public Protos.Retrieval.V1.AveragePrecision AveragePrecision { get; init; }

    /// <summary>Where images and reports go.</summary>
    public required string OutputFolder { get; init; }

    /// <summary>Queries shown with pictures in the report.</summary>
    public int PicturedQueries { get; init; } = 12;

    /// <summary>Rows of each pictured ranking.</summary>
    public int PicturedRows { get; init; } = 8;

    /// <summary>The queries shown with pictures, evenly spread; where gallery images are attacked, over those that one of them answers.</summary>
    public IReadOnlyList<DatasetEntry> Pictured()
    {
        if (Side == AttackedSide.Query) return Spread(Data.Queries, PicturedQueries);
        var identities = Attacked.Select(image => image.Identity).ToHashSet(StringComparer.Ordinal);
        var asking = Data.Queries.Where(query => identities.Contains(query.Identity)).ToList();
        return Spread(asking.Count > 0 ? asking : Data.Queries, PicturedQueries);
    }

    /// <summary>n of them, evenly spread, so that a limit keeps the mix of classes; the same ones every time.</summary>
    public static IReadOnlyList<T> Spread<T>(IReadOnlyList<T> items, int n) =>
        n >= items.Count ? items : [.. Enumerable.Range(0, n).Select(i => items[(int)((long)i * items.Count / n)])];
}
