using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Retrieval;

namespace UaaGan.Benchmarks;

/// <summary>Scores adversarial queries against the clean gallery, whose features are computed once.</summary>
internal sealed class QueryScorer
{
    private const int Chunk = 32;

    private readonly AblationSet _set;
    private readonly TargetNetwork _network;
    private readonly float[][] _gallery, _clean;

    public QueryScorer(AblationSet set, TargetNetwork network, CancellationToken cancellation)
    {
        (_set, _network) = (set, network);
        Queries = [.. set.Data.Queries.Select(AblationSet.Decode)];
        _clean = Features(Queries, cancellation);
        _gallery = Features(set.Data.Gallery.Select(AblationSet.Decode), cancellation);
    }

    /// <summary>The clean queries.</summary>
    public IReadOnlyList<PixelImage> Queries { get; }

    /// <summary>The protocol's metrics under both: attack 0 is each query's own perturbation, 1 the swapped ones.</summary>
    public EvaluationResult Score(AdversarialQueries adversarial, CancellationToken cancellation)
    {
        var features = new EvaluationSet(RankingProtocols.Get(_set.Data.Protocol), ["own", "swapped"]);
        float[][] own = Features(adversarial.Own, cancellation), swapped = Features(adversarial.Swapped, cancellation);
        foreach (var (i, entry) in _set.Data.Gallery.Index()) features.AddGallery(Label(entry), _gallery[i]);
        foreach (var (i, entry) in _set.Data.Queries.Index())
        {
            features.AddQuery(Label(entry), _clean[i]);
            features.AddAdversarial(0, Label(entry), own[i]);
            features.AddAdversarial(1, Label(entry), swapped[i]);
        }

        return Evaluation.Run(features, new EvaluationOptions { BootstrapSamples = 0 }, cancellation);
    }

    private float[][] Features(IEnumerable<PixelImage> images, CancellationToken cancellation)
    {
        var features = new List<float[]>();
        foreach (PixelImage[] chunk in images.Chunk(Chunk))
        {
            cancellation.ThrowIfCancellationRequested();
            features.AddRange(_network.Extract(chunk));
        }

        return [.. features];
    }

    private static ImageLabel Label(DatasetEntry entry) => new(entry.Id, entry.Identity, entry.Camera);
}
