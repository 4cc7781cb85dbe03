namespace UaaGan.Reports;

/// <summary>An image and what an attack made of it, as PNG files.</summary>
public sealed record ReportPicture
{
    /// <summary>The image given.</summary>
    public required byte[] OriginalPng { get; init; }

    /// <summary>What became of it; null for an image that was not attacked.</summary>
    public ReportChange? Change { get; init; }
}

/// <summary>What an attack made of an image, in PNG files.</summary>
/// <param name="PerturbationPng">The perturbation, amplified around mid-grey.</param>
/// <param name="Amplification">By how much it is amplified, such as 15.</param>
/// <param name="AdversarialPng">The adversarial image as it was scored.</param>
public sealed record ReportChange(byte[] PerturbationPng, double Amplification, byte[] AdversarialPng);

/// <summary>One attacked gallery image in pictures.</summary>
/// <param name="Id">The image's id.</param>
/// <param name="Identity">Its identity or class.</param>
/// <param name="Attack">Name of the attack shown, one of <see cref="ReportScenario.Attacks"/>.</param>
/// <param name="Picture">The image before and after.</param>
public sealed record ReportImage(string Id, string Identity, string Attack, ReportPicture Picture);

/// <summary>One query in pictures, with what it retrieves.</summary>
public sealed record ReportQuery
{
    /// <summary>The query's id.</summary>
    public required string Id { get; init; }

    /// <summary>Its identity or class.</summary>
    public required string Identity { get; init; }

    /// <summary>Name of the attack shown, one of <see cref="ReportScenario.Attacks"/>.</summary>
    public required string Attack { get; init; }

    /// <summary>The query; where the gallery is attacked, before alone.</summary>
    public required ReportPicture Picture { get; init; }

    /// <summary>Average precision before the attack; null when not known.</summary>
    public double? CleanAveragePrecision { get; init; }

    /// <summary>Average precision under the attack; null when not known.</summary>
    public double? AdversarialAveragePrecision { get; init; }

    /// <summary>The clean ranking, best first.</summary>
    public required IReadOnlyList<ReportHit> CleanStrip { get; init; }

    /// <summary>The ranking under the attack, best first.</summary>
    public required IReadOnlyList<ReportHit> AdversarialStrip { get; init; }
}

/// <summary>One row of a ranking.</summary>
/// <param name="ThumbnailPng">The gallery image as it was ranked, small, a PNG file.</param>
/// <param name="Id">Its id.</param>
/// <param name="Identity">Its identity or class.</param>
/// <param name="Score">Cosine of query and row.</param>
/// <param name="Correct">Whether the protocol counts it as a match.</param>
public sealed record ReportHit(byte[] ThumbnailPng, string Id, string Identity, double Score, bool Correct)
{
    /// <summary>Whether the row is an attacked image.</summary>
    public bool Attacked { get; init; }
}
