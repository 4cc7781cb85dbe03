using System.Text.Json.Serialization;

namespace UaaGan.Cli.Evaluation;

/// <summary>A file that decides a run's numbers, as its manifest names it.</summary>
/// <param name="File">Its path, absolute.</param>
/// <param name="Sha256">Of its bytes.</param>
internal sealed record HashedFile(string File, [property: JsonPropertyName("sha256")] string Sha256)
{
    public static async Task<HashedFile> Of(string path, CancellationToken cancellationToken) =>
        new(Path.GetFullPath(path), await Hashes.File(path, cancellationToken));
}
