using System.Runtime.CompilerServices;
using UaaGan.Client;

namespace UaaGan.Cli.Evaluation;

/// <summary>The attacked images, clean and adversarial, after each defence; what is defended is the saved file.</summary>
internal static class DefendedImages
{
    public static async Task<List<Variant>> Make(EvaluationContext context, IReadOnlyList<Variant> attacks, CancellationToken cancellationToken)
    {
        var images = context.Plan.Attacked;
        var names = OutputNames.For(images);
        var bar = context.Bars.Add($"after {Defence.All.Count} defences", Defence.All.Count * (attacks.Count + 1) * images.Count);
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
                foreach (var entry in images)
                {
                    var image = await Evaluation.Files.Decode(attack is null ? entry.Path : Path.Combine(attack.Folder, names[entry.Id]), token);
                    yield return ImageInput.FromBytes(entry.Id, defence.Apply(image));
                }
            }
        }

        return defended;
    }
}
