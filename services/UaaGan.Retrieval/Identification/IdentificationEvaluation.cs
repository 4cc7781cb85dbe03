using System.Globalization;
using UaaGan.Failures;
using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>
/// Identification of probes in a gallery, closed set and open set, as deepinsight/insightface evaluates it on IJB (evaluation/IJB): cosine;
/// thresholds come from the non-mated probes. Adversarial probes are judged at the thresholds of the clean ones.
/// </summary>
public static class IdentificationEvaluation
{
    private const int CmcRanks = 50;

    /// <summary>Scores held at a time: 64 MiB, however many probes there are; one probe's are always held.</summary>
    private const int ScoresAtOnce = 16 << 20;

    /// <summary>The false alarm rates that are reported.</summary>
    public static IReadOnlyList<double> Rates => TrueAcceptance.Rates;

    /// <param name="gallery">Identity and feature of each row; at least one.</param>
    /// <param name="probes">Identity and feature of each probe; at least one.</param>
    /// <param name="adversarial">Features of the probes under attack, in their order; null without an attack.</param>
    /// <param name="cancellation">Ends the work early.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT: an empty list, a feature that is not finite, zero, or of another dimension, or another number of adversarial probes.</exception>
    public static (IdentificationMetrics Clean, IdentificationMetrics? Attack) Score(
        IReadOnlyList<(string Identity, float[] Feature)> gallery, IReadOnlyList<(string Identity, float[] Feature)> probes,
        IReadOnlyList<float[]>? adversarial = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(gallery);
        ArgumentNullException.ThrowIfNull(probes);
        if (gallery.Count == 0) throw Failure("GALLERY_EMPTY", "gallery", "There is no gallery row; an identification needs at least one.");
        if (probes.Count == 0) throw Failure("PROBES_EMPTY", "query", "There is no probe; an identification needs at least one.");
        if (adversarial is not null && adversarial.Count != probes.Count)
            throw Failure("TWINS_MISMATCH", "attack.features", $"There are {adversarial.Count} adversarial probes and {probes.Count} clean ones; each needs its twin.");
        int dimension = gallery[0].Feature.Length;
        var builder = new GalleryMatrixBuilder(Math.Max(dimension, 1));
        for (int row = 0; row < gallery.Count; row++) builder.Add(Unit(gallery[row].Feature, dimension, $"gallery.features[{row}]"));
        var matrix = builder.Build();
        var rows = Enumerable.Range(0, gallery.Count).ToLookup(row => gallery[row].Identity, StringComparer.Ordinal);

        var clean = Answers(matrix, rows, probes, [.. probes.Select(probe => probe.Feature)], "query.features", cancellation);
        var metrics = Metrics(clean, gallery.Count, Thresholds(clean));
        if (adversarial is null) return (metrics, null);
        var attacked = Answers(matrix, rows, probes, adversarial, "attack.features", cancellation);
        return (metrics, Metrics(attacked, gallery.Count, metrics.DirAtFar));
    }

    private static Answer[] Answers(
        GalleryMatrix matrix, ILookup<string, int> rows, IReadOnlyList<(string Identity, float[] Feature)> probes, IReadOnlyList<float[]> features, string path, CancellationToken cancellation)
    {
        var answers = new Answer[probes.Count];
        int chunk = Math.Clamp(ScoresAtOnce / matrix.Rows, 1, probes.Count);
        float[] scores = new float[chunk * matrix.Rows];
        for (int first = 0; first < probes.Count; first += chunk)
        {
            int count = Math.Min(chunk, probes.Count - first);
            float[] units = [.. Enumerable.Range(first, count).SelectMany(probe => Unit(features[probe], matrix.Dimension, $"{path}[{probe}]"))];
            matrix.Scores(units, scores.AsMemory(0, count * matrix.Rows), cancellation: cancellation);
            for (int i = 0; i < count; i++) answers[first + i] = Answer.Of(scores.AsSpan(i * matrix.Rows, matrix.Rows), [.. rows[probes[first + i].Identity]]);
        }

        return answers;
    }

    /// <summary>A threshold for each rate, without a value yet.</summary>
    private static DirAtFar[] Thresholds(Answer[] answers)
    {
        float[] alarms = [.. answers.Where(answer => answer.Rank == 0).Select(answer => answer.BestOther).OrderDescending()];
        bool noMate = alarms.Length == answers.Length;
        return [.. Rates.Select(rate => (noMate, alarms.Length * rate) switch
        {
            (true, _) => new DirAtFar(rate, null, null, "no probe is mated"),
            (_, < 1) => new DirAtFar(rate, null, null, string.Create(CultureInfo.InvariantCulture, $"too few negatives: {alarms.Length} non-mated probes, and {Math.Ceiling(1 / rate)} are needed to resolve this rate")),
            // 1000 * 0.001 must not become 1001 by a rounding error.
            (_, var place) => new DirAtFar(rate, null, alarms[(int)Math.Ceiling(place - 1e-9) - 1], null),
        })];
    }

    private static IdentificationMetrics Metrics(Answer[] answers, int galleryRows, IReadOnlyList<DirAtFar> thresholds)
    {
        Answer[] mated = [.. answers.Where(answer => answer.Rank > 0)];
        double Share(Func<Answer, bool> holds) => mated.Count(holds) / (double)mated.Length;
        return new IdentificationMetrics(
            mated.Length, answers.Length - mated.Length,
            mated.Length == 0 ? [] : [.. Enumerable.Range(1, Math.Min(CmcRanks, galleryRows)).Select(rank => Share(answer => answer.Rank <= rank))],
            [.. thresholds.Select(at => at.Threshold is not { } threshold ? at : at with { Value = Share(answer => answer.BestOwn > answer.BestOther && answer.BestOwn > threshold) })]);
    }

    private static float[] Unit(float[] feature, int dimension, string path) => feature.Length == dimension && dimension > 0
        ? UnitFeature.Normalize(feature, path)
        : throw Failure("DIMENSION_MISMATCH", path, $"{path} has {feature.Length} components; the first gallery row has {dimension}, and all must agree and have one.");

    private static FailureException Failure(string reason, string field, string message) => new(FailureKind.InvalidArgument, reason, message) { Field = field };

    /// <param name="Rank">Rank from 1 of the first row of the probe's identity; 0 when it has none in the gallery.</param>
    /// <param name="BestOwn">Best score of such a row.</param>
    /// <param name="BestOther">Best score of any other row; minus infinity when there is none.</param>
    private readonly record struct Answer(int Rank, float BestOwn, float BestOther)
    {
        public static Answer Of(ReadOnlySpan<float> scores, int[] own)
        {
            float bestOther = float.NegativeInfinity, bestOwn = float.NegativeInfinity;
            int next = 0;
            for (int row = 0; row < scores.Length; row++)
            {
                if (next < own.Length && own[next] == row)
                {
                    next++;
                    bestOwn = Math.Max(bestOwn, scores[row]);
                }
                else
                {
                    bestOther = Math.Max(bestOther, scores[row]);
                }
            }

            return new Answer(own.Length == 0 ? 0 : RankCounter.Ranks(scores, own, [])[0], bestOwn, bestOther);
        }
    }
}
