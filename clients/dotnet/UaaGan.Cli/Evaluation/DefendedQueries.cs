using System.Runtime.CompilerServices;
using UaaGan.Client;

namespace UaaGan.Cli.Evaluation;

/// <summary>Clean and adversarial queries after each defence; what is defended is the saved file.</summary>
internal static class DefendedQueries
{
    public static async Task<List<Variant>> Make(EvaluationContext context, IReadOnlyList<Variant> attacks, CancellationToken cancellationToken)
    {
        var queries = context.Plan.Data.Queries;
        var names = OutputNames.For(queries);
        var bar = context.Bars.Add($"after {Defence.All.Count} defences", Defence.All.Count * (attacks.Count + 1) * queries.Count);
        var defended = new List<Variant>();
        foreach (var defence in Defence.All)
        {
            defended.Add(await Of(null));
            foreach (var attack in attacks) defended.Add(await Of(attack));

            async Task<Variant> Of(Variant? attack) => new(
                Variant.DefendedName(defence, attack?.Name), attack?.Spec ?? Variant.Clean, null, new QualitySummary(),
                await FeatureRun.ExtractAll(context.Services.Features, context.Model, Files(attack, cancellationToken), [], () => bar.Increment(1), cancellationToken), "", []);

            async IAsyncEnumerable<ImageInput> Files(Variant? attack, [EnumeratorCancellation] CancellationToken token)
            {
                foreach (var query in queries)
                {
                    var image = await Evaluation.Files.Decode(attack is null ? query.Path : Path.Combine(attack.Folder, names[query.Id]), token);
                    yield return ImageInput.FromBytes(query.Id, defence.Apply(image));
                }
            }
        }

        return defended;
    }
}
