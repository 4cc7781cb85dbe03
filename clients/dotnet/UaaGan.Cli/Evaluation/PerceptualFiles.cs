namespace UaaGan.Cli.Evaluation;

/// <summary>The two files of LPIPS, with their SHA-256.</summary>
internal sealed record PerceptualFiles
{
    /// <summary>Weights of VGG-16.</summary>
    public required HashedFile Backbone { get; init; }

    /// <summary>The linear layers.</summary>
    public required HashedFile Linear { get; init; }

    /// <summary>Which of LPIPS's networks.</summary>
    public string Net { get; } = "vgg";

    /// <summary>Which of its linear layers.</summary>
    public string Version { get; } = "0.1";

    public static async Task<PerceptualFiles> Of(string backbone, string linear, CancellationToken cancellationToken) =>
        new() { Backbone = await HashedFile.Of(backbone, cancellationToken), Linear = await HashedFile.Of(linear, cancellationToken) };
}
