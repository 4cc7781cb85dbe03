using System.Diagnostics;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Cli.Evaluation;

/// <summary>
/// The evaluation, over the three services: clean features; for each attack adversarial images, saved, reloaded, checked and extracted;
/// the same with the perturbations swapped; then the protocol's metrics of it all.
/// </summary>
internal sealed class EvaluationRun(ServiceGroup services, EvaluationPlan plan, ProgressBars bars)
{
    public async Task<EvaluationResult> Execute(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        if (plan.Data.Queries.FirstOrDefault(query => query.Box is not null) is { } boxed)
            throw new CliException($"The query '{boxed.Id}' is a part of its image; 'evaluate' cuts such queries out, this command does not.");
        var found = await services.Features.GetModel(plan.Model, cancellationToken);
        var surrogates = new List<Model>();
        foreach (var surrogate in plan.Surrogates) surrogates.Add(await services.Features.GetModel(surrogate, cancellationToken));
        // Weights that are not what they should be are told before an hour of extraction rather than after it.
        await using var perceptual = plan.Perceptual is { } files ? await PerceptualProgram.Start(files.Backbone.File, files.Linear.File, cancellationToken) : null;
        // Pinned at the start, so that every call means the same version.
        var context = new EvaluationContext(services, plan, bars, Pinned(found), [.. surrogates.DefaultIfEmpty(found).Select(Pinned)], perceptual);
        var generators = await Generators(cancellationToken);
        RunChecks.TransferIsTransfer(generators.Values, context);
        if (!plan.AllowTrainedQueries) await RunChecks.NothingAttackedWasTrainedOn(generators.Values, plan, cancellationToken);
        var clean = await CleanFeatures(context.Model, cancellationToken);
        // Only now is the model loaded for sure, and its batch sizes are those that it runs with.
        var model = await services.Features.GetModel(context.Model, cancellationToken);
        var dataHash = await Hashes.Data(plan.Data, cancellationToken);

        var variants = new List<Variant>();
        foreach (var attack in plan.Attacks)
        {
            await RunChecks.ZeroBudgetChangesNothing(services.Perturbation, attack, context.Attacked, plan.Seed, plan.Attacked[0], cancellationToken);
            var made = await AdversarialImages.Make(context, attack, cancellationToken);
            variants.Add(made);
            if (await SwappedImages.Make(context, made, cancellationToken) is { } swapped) variants.Add(swapped);
        }

        if (plan.Survival) variants.AddRange(await DefendedImages.Make(context, [.. variants.Where(variant => variant.Run is not null)], cancellationToken));

        await RunChecks.NetworkIsUnchanged(services, context.Model, plan.Data.Queries[0], clean[plan.Data.Queries[0].Id], cancellationToken);
        var scores = await Scoring.Score(context, clean, variants, cancellationToken);
        if (plan.Epsilon.Numerator255 > 0 && plan.Surrogates.Count == 0) RunChecks.NoiseIsWeaker(scores);
        return new EvaluationResult
        {
            Plan = plan,
            Model = model,
            Surrogates = surrogates,
            Scores = scores,
            DataHash = dataHash,
            PerturbedHash = await Hashes.Images(plan.Attacked, cancellationToken),
            Attacks =
            [
                .. variants.Where(v => v.Run is not null).Select(v => new AttackResult
                {
                    Spec = v.Spec,
                    Run = v.Run!,
                    Survival = [.. Survivals(v.Name, scores)],
                    Quality = v.Quality,
                    Folder = v.Folder,
                    Metrics = scores.Attacks.Single(a => a.Attack == v.Name),
                    Swapped = scores.Attacks.SingleOrDefault(a => a.Attack == Variant.SwappedName(v.Name)),
                    Generator = v.Spec.Generator is { } name ? generators.GetValueOrDefault(name) : null,
                }),
            ],
            Seconds = clock.Elapsed.TotalSeconds,
        };
    }

    /// <summary>The share of the mAP above chance is always of what clean queries reach without a defence.</summary>
    private IEnumerable<Survival> Survivals(string attack, EvaluateResponse scores)
    {
        if (!plan.Survival) yield break;
        var (clean, chance) = (scores.Clean.MeanAveragePrecision.Value, scores.ChanceMeanAveragePrecision);
        foreach (var defence in Defence.All)
        {
            var defended = scores.Attacks.Single(a => a.Attack == Variant.DefendedName(defence, attack));
            var lost = (clean - defended.Metrics.MeanAveragePrecision.Value) / (clean - chance);
            yield return new Survival(defence.Name, scores.Attacks.Single(a => a.Attack == Variant.DefendedName(defence, null)), defended, lost);
        }
    }

    private async Task<Dictionary<string, Generator>> Generators(CancellationToken cancellationToken)
    {
        if (plan.Attacks.All(a => a.Generator is null)) return [];
        var known = await services.Perturbation.ListGenerators(cancellationToken).ToDictionaryAsync(g => g.Name, StringComparer.Ordinal, cancellationToken);
        // Said before an hour of extraction rather than after it.
        foreach (var attack in plan.Attacks.Where(a => a.Generator is not null && !known.ContainsKey(a.Generator)))
        {
            throw new CliException($"There is no generator '{attack.Generator}'. "
                + (known.Count == 0 ? "None is trained yet: see uaagan train --help." : $"There are: {string.Join(", ", known.Keys)}."));
        }

        return plan.Attacks.Where(a => a.Generator is not null).Select(a => a.Generator!).Distinct().ToDictionary(name => name, name => known[name], StringComparer.Ordinal);
    }

    private async Task<Dictionary<string, Feature>> CleanFeatures(ModelReference model, CancellationToken cancellationToken)
    {
        // Under leave-one-out a query is its own gallery row: one file, one feature.
        var images = plan.Data.Gallery.Concat(plan.Data.Queries).DistinctBy(entry => entry.Id).ToList();
        var bar = bars.Add($"{model.Name}: features of {images.Count} clean images", images.Count);
        var unread = new List<FailedItem>();
        return await FeatureRun.ExtractAll(
            services.Features, model, ImageFiles.Read(images, unread, cancellationToken), unread, () => bar.Increment(1), cancellationToken);
    }

    private static ModelReference Pinned(Model model) => new() { Name = model.Name, Version = model.Version };
}
