namespace UaaGan.Cli.Evaluation;

/// <summary>Which images of a search are adversarial.</summary>
internal enum AttackedSide
{
    /// <summary>The queries, against a clean gallery: whoever asks does not want to be recognised.</summary>
    Query,

    /// <summary>Gallery images, for clean queries: whoever publishes an image does not want it to be found.</summary>
    Gallery,
}
