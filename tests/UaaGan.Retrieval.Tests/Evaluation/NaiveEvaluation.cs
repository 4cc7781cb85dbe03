using UaaGan.Kernels;

namespace UaaGan.Retrieval.Tests;

/// <summary>The definition of a ranking and its metrics, as plainly as the field writes it: sort, drop junk, walk.</summary>
internal static class NaiveEvaluation
{
    /// <summary>Rows that count, best first.</summary>
    public static List<ImageLabel> Ranking(IRankingProtocol protocol, ImageLabel query, float[] feature, IEnumerable<(ImageLabel Label, float[] Feature)> gallery) =>
    [
        .. gallery
            .Where(row => protocol.Judge(query, row.Label) != Relevance.Junk)
            .OrderByDescending(row => Score(feature, row.Feature))
            .ThenBy(row => row.Label.Id, Utf8Order.Instance)
            .Select(row => row.Label),
    ];

    public static float Score(float[] a, float[] b) => CanonicalScore.Dot(UnitFeature.Normalize(a, ""), UnitFeature.Normalize(b, ""));

    /// <summary>Mean of the precision at each correct row, or of that and the one just before; null when there is none.</summary>
    public static double? AveragePrecision(IRankingProtocol protocol, ImageLabel query, List<ImageLabel> ranking, AveragePrecisionRule rule = AveragePrecisionRule.Rectangle)
    {
        double sum = 0;
        int hits = 0;
        for (int i = 0; i < ranking.Count; i++)
        {
            if (protocol.Judge(query, ranking[i]) != Relevance.Correct) continue;
            double before = i == 0 ? 1 : hits / (double)i;
            double here = ++hits / (i + 1.0);
            sum += rule == AveragePrecisionRule.Rectangle ? here : (before + here) / 2;
        }

        return hits == 0 ? null : sum / hits;
    }

    /// <summary>Places from 0 of the correct rows.</summary>
    public static int[] Hits(IRankingProtocol protocol, ImageLabel query, List<ImageLabel> ranking) =>
        [.. Enumerable.Range(0, ranking.Count).Where(place => protocol.Judge(query, ranking[place]) == Relevance.Correct)];
}
