using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>The protocol's metrics of all variants at once, so that their intervals share resamples.</summary>
internal static class Scoring
{
    public static async Task<EvaluateResponse> Score(EvaluationContext context, Dictionary<string, Feature> clean, List<Variant> variants, CancellationToken cancellationToken)
    {
        var plan = context.Plan;
        var bar = context.Bars.Add($"{plan.Data.Protocol}: scoring");
        var settings = new EvaluateSettings
        {
            Protocol = ScoringMessages.Protocol(plan.Data.Protocol),
            AveragePrecision = plan.AveragePrecision,
            BootstrapSamples = (uint)plan.BootstrapSamples,
            Seed = plan.Seed,
            RankingSize = (uint)plan.PicturedRows,
        };
        settings.Attacks.AddRange(variants.Select(v => v.Name));
        settings.RankingQueryIds.AddRange(plan.Pictured().Select(query => query.Id));
        var scores = await context.Services.Scoring.Evaluate(settings, Items().ToAsyncEnumerable(), cancellationToken);
        bar.IsIndeterminate = false;
        bar.Value = bar.MaxValue;
        return scores;

        IEnumerable<EvaluationItem> Items()
        {
            foreach (var row in plan.Data.Gallery) yield return Labelled(row, EvaluationRole.Gallery);
            foreach (var query in plan.Data.Queries)
            {
                var item = Labelled(query, EvaluationRole.Query);
                item.Truth = ScoringMessages.Truth(plan.Data.Truth.GetValueOrDefault(query.Id));
                yield return item;
            }

            for (var attack = 0; attack < variants.Count; attack++)
            {
                foreach (var image in plan.Attacked)
                {
                    yield return new EvaluationItem
                    {
                        Id = image.Id,
                        Role = plan.Side == AttackedSide.Query ? EvaluationRole.AdversarialQuery : EvaluationRole.AdversarialGallery,
                        Attack = (uint)attack,
                        Feature = variants[attack].Features[image.Id],
                    };
                }
            }
        }

        EvaluationItem Labelled(DatasetEntry entry, EvaluationRole role) =>
            new() { Id = entry.Id, Role = role, Identity = entry.Identity, Camera = entry.Camera, Feature = clean[entry.Id] };
    }
}
