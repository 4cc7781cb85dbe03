using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>The data of a run as its manifest keeps it: enough to read the same images again, and to name those that are no longer the same.</summary>
internal sealed record DataRecord
{
    /// <summary>Absolute.</summary>
    public required string Folder { get; init; }

    public required string Protocol { get; init; }

    /// <summary>The layout that was asked for; null: the first that the folder looks like.</summary>
    public required string? Layout { get; init; }

    /// <summary>Over identities, cameras, boxes and lists of matches, which may change while no image does.</summary>
    [JsonPropertyName("labels_sha256")]
    public required string LabelsSha256 { get; init; }

    /// <summary>Ids, in their order.</summary>
    public required IReadOnlyList<string> Queries { get; init; }

    /// <summary>Ids of the gallery images that were attacked, on that side; null: all.</summary>
    public required IReadOnlyList<string>? PerturbedGallery { get; init; }

    /// <summary>SHA-256 of the file of each query and gallery image, by id.</summary>
    public required IReadOnlyDictionary<string, string> Images { get; init; }

    /// <param name="plan">The plan, its queries not yet cut to their boxes.</param>
    /// <param name="cancellationToken">Stops the reading of files.</param>
    public static async Task<DataRecord> Of(EvaluationPlan plan, CancellationToken cancellationToken) => new()
    {
        Folder = Path.GetFullPath(plan.DataFolder),
        Protocol = plan.Data.Protocol,
        Layout = plan.Layout,
        LabelsSha256 = Labels(plan.Data),
        Queries = [.. plan.Data.Queries.Select(query => query.Id)],
        PerturbedGallery = plan.PerturbedGallery is { } perturbed ? [.. perturbed.Select(image => image.Id)] : null,
        Images = await Hashes.Each(plan.Data, cancellationToken),
    };

    /// <summary>Reads the data again.</summary>
    /// <exception cref="CliException">An image or a label is no longer what it was.</exception>
    public async Task<RetrievalDataset> Read(CancellationToken cancellationToken)
    {
        var all = Datasets.Read(Protocol, Folder, layout: Layout);
        var queries = all.Queries.ToDictionary(query => query.Id, StringComparer.Ordinal);
        var data = all with { Queries = [.. Queries.Where(queries.ContainsKey).Select(id => queries[id])] };
        var now = await Hashes.Each(data, cancellationToken);
        List<string> differences =
        [
            .. Images.Keys.Where(id => !now.ContainsKey(id)).Select(id => $"image '{id}' is missing"),
            .. now.Keys.Where(id => !Images.ContainsKey(id)).Select(id => $"image '{id}' is new"),
            .. Images.Where(image => now.TryGetValue(image.Key, out var hash) && hash != image.Value).Select(image => $"image '{image.Key}' has changed"),
        ];
        if (differences.Count == 0 && Labels(data) != LabelsSha256) differences.Add("its labels have changed");
        if (differences.Count == 0) return data;
        throw new CliException($"'{Folder}' is no longer the data of the manifest: {JsonDifferences.List(differences)}. Give the images back, or run without --manifest.");
    }

    private static string Labels(RetrievalDataset data)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var (role, entry) in data.Queries.Select(query => ("query", query)).Concat(data.Gallery.Select(row => ("gallery", row))))
            hash.AppendData(JsonSerializer.SerializeToUtf8Bytes(new { role, entry.Id, entry.Identity, entry.Camera, entry.Box, Truth = role == "query" ? data.Truth.GetValueOrDefault(entry.Id) : null }));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
