using Domain = UaaGan.Retrieval;
using Wire = UaaGan.Protos.Retrieval.V1;

namespace UaaGan.RetrievalScoring;

/// <summary>From what an attack moved to its message.</summary>
internal static class AttackMapping
{
    public static Wire.AttackMetrics Of(Domain.AttackMetrics attack, Wire.Metrics metrics, Wire.Estimate mapLost)
    {
        var effect = attack.Effect;
        var message = new Wire.AttackMetrics
        {
            Attack = attack.Attack,
            Metrics = metrics,
            MapLost = mapLost,
            FeatureShift = attack.FeatureShift,
            FirstCorrectRankShift = Spread(effect.FirstCorrectShift),
            CosineShift = effect.CosineShift!.Value,
            CleanTwinRank = Spread(effect.CleanTwinRank!.Value),
        };
        if (double.IsFinite(effect.Tau)) message.KendallTau = effect.Tau;
        foreach (var (cutoff, overlap) in effect.OverlapAt) message.OverlapAt.Add((uint)cutoff, overlap);
        message.SuccessAt.AddRange(effect.SuccessAt.Select(Success));
        return message;
    }

    private static Wire.AttackSuccess Success(Domain.AttackSuccess success)
    {
        var message = new Wire.AttackSuccess
        {
            Cutoff = (uint)success.Cutoff,
            AllQueries = success.AllQueries,
            RightWhenCleanQueries = success.RightWhenCleanQueries,
        };
        if (double.IsFinite(success.RightWhenClean)) message.RightWhenClean = success.RightWhenClean;
        return message;
    }

    private static Wire.Spread Spread(Domain.Spread spread) => new() { Tenth = spread.Tenth, Median = spread.Median, Ninetieth = spread.Ninetieth };
}
