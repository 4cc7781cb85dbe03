using UaaGan.Kernels;

namespace UaaGan.Retrieval.Tests;

/// <summary>The definition of a ranking and its average precision, as plainly as the field writes it: sort, drop junk, walk.</summary>
internal static class NaiveEvaluation
{
    /// <summary>Rows that count, best first.</summary>
    public static List<ImageLabel> Ranking(IRankingProtocol protocol, ImageLabel query, float[] feature, IEnumerable<(ImageLabel Label, float[] Feature)> gallery) =>
    [
        .. gallery
            .Where(row => protocol.Judge(query, row.Label) != Relevance.Junk)
            .OrderByDescending(row => CanonicalScore.Dot(UnitFeature.Normalize(feature, ""), UnitFeature.Normalize(row.Feature, "")))
            .ThenBy(row => row.Label.Id, Utf8Order.Instance)
            .Select(row => row.Label),
    ];

    /// <summary>Mean of the precision at each correct row; null when there is none.</summary>
    public static double? AveragePrecision(IRankingProtocol protocol, ImageLabel query, List<ImageLabel> ranking)
    {
        double sum = 0;
        int hits = 0;
        for (int i = 0; i < ranking.Count; i++)
        {
            if (protocol.Judge(query, ranking[i]) == Relevance.Correct) sum += ++hits / (i + 1.0);
        }

        return hits == 0 ? null : sum / hits;
    }
}
