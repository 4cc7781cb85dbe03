using UaaGan.Client;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>Streams images through FeatureExtraction and keeps their features.</summary>
internal static class FeatureRun
{
    /// <summary>The features by id, and the images that have none.</summary>
    public static async Task<(Dictionary<string, Feature> Features, List<FailedItem> Failed)> Extract(
        FeatureClient client, ModelReference model, IAsyncEnumerable<ImageInput> images, Action advance, CancellationToken cancellationToken)
    {
        var features = new Dictionary<string, Feature>(StringComparer.Ordinal);
        var failed = new List<FailedItem>();
        await foreach (var outcome in client.StreamExtract(model, images, cancellationToken: cancellationToken))
        {
            if (outcome.Error is { } error) failed.Add(new FailedItem(outcome.Id, error.Reason ?? error.Code.ToString(), error.Message));
            else if (Fault(outcome.Value) is { } fault) failed.Add(new FailedItem(outcome.Id, "FEATURE_INVALID", fault));
            else features.Add(outcome.Id, outcome.Value);
            advance();
        }

        return (features, failed);
    }

    /// <summary>As <see cref="Extract"/>, but an image without a feature fails the whole: a mean over fewer images would be another number.</summary>
    public static async Task<Dictionary<string, Feature>> ExtractAll(
        FeatureClient client, ModelReference model, IAsyncEnumerable<ImageInput> images, ICollection<FailedItem> unread, Action advance,
        CancellationToken cancellationToken)
    {
        var (features, failed) = await Extract(client, model, images, advance, cancellationToken);
        failed.AddRange(unread);
        if (failed.Count == 0) return features;
        throw new CliException(
            $"{Count(failed.Count)} no feature, and an evaluation leaves nothing out in silence:\n{FailedItem.List(failed)}\nRepair or remove them (uaagan datasets check lists them all).");
    }

    private static string Count(int images) => images == 1 ? "1 image has" : FormattableString.Invariant($"{images} images have");

    private static string? Fault(Feature feature)
    {
        var components = feature.ToArray();
        if (Array.FindIndex(components, c => !float.IsFinite(c)) is var d and >= 0) return FormattableString.Invariant($"component {d} of its feature is {components[d]}");
        return Array.TrueForAll(components, c => c == 0) ? "its feature is the zero vector" : null;
    }
}
