using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Spectre.Console;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Client;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>
/// The evaluation, over the three services: clean features; for each attack adversarial queries, saved, reloaded, checked and extracted;
/// the same with the perturbations swapped; then the protocol's metrics of it all.
/// </summary>
internal sealed class EvaluationRun(ServiceGroup services, EvaluationPlan plan, ProgressBars bars)
{
    private const string SwappedPrefix = "swapped ", CleanName = "clean";

    /// <summary>Pinned at the start, so that every call means the same version.</summary>
    private ModelReference _model = plan.Model, _attacked = plan.Surrogate ?? plan.Model;

    public async Task<EvaluationResult> Execute(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        if (plan.Data.Queries.FirstOrDefault(query => query.Box is not null) is { } boxed)
            throw new CliException($"The query '{boxed.Id}' is a part of its image; 'evaluate' cuts such queries out, this command does not.");
        var found = await services.Features.GetModel(plan.Model, cancellationToken);
        _model = new ModelReference { Name = found.Name, Version = found.Version };
        var surrogate = plan.Surrogate is null ? null : await services.Features.GetModel(plan.Surrogate, cancellationToken);
        _attacked = surrogate is null ? _model : new ModelReference { Name = surrogate.Name, Version = surrogate.Version };
        var generators = await Generators(cancellationToken);
        if (!plan.AllowTrainedQueries) await RunChecks.NoQueryWasTrainedOn(generators.Values, plan.Data.Queries, cancellationToken);
        var clean = await CleanFeatures(cancellationToken);
        // Only now is the model loaded for sure, and its batch sizes are those that it runs with.
        var model = await services.Features.GetModel(_model, cancellationToken);
        var dataHash = await Hashes.Data(plan.Data, cancellationToken);

        var variants = new List<Variant>();
        foreach (var attack in plan.Attacks)
        {
            await RunChecks.ZeroBudgetChangesNothing(services.Perturbation, attack, _attacked, plan.Seed, plan.Data.Queries[0], cancellationToken);
            var made = await Attack(attack, cancellationToken);
            variants.Add(made);
            if (await Swapped(made, cancellationToken) is { } swapped) variants.Add(swapped);
        }

        if (plan.Survival) variants.AddRange(await Defended([.. variants.Where(variant => !variant.IsDerived)], cancellationToken));

        await RunChecks.NetworkIsUnchanged(services, _model, plan.Data.Queries[0], clean[plan.Data.Queries[0].Id], cancellationToken);
        var scores = await Score(clean, variants, cancellationToken);
        if (plan.Epsilon.Numerator255 > 0 && plan.Surrogate is null) RunChecks.NoiseIsWeaker(scores);
        return new EvaluationResult
        {
            Plan = plan,
            Model = model,
            Surrogate = surrogate,
            Scores = scores,
            DataHash = dataHash,
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
                    Swapped = scores.Attacks.SingleOrDefault(a => a.Attack == SwappedPrefix + v.Name),
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
            var defended = scores.Attacks.Single(a => a.Attack == DefendedName(defence, attack));
            var lost = (clean - defended.Metrics.MeanAveragePrecision.Value) / (clean - chance);
            yield return new Survival(defence.Name, scores.Attacks.Single(a => a.Attack == DefendedName(defence, CleanName)), defended, lost);
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

    private async Task<Dictionary<string, Feature>> CleanFeatures(CancellationToken cancellationToken)
    {
        // Under leave-one-out a query is its own gallery row: one file, one feature.
        var images = plan.Data.Gallery.Concat(plan.Data.Queries).DistinctBy(entry => entry.Id).ToList();
        var bar = bars.Add($"{_model.Name}: features of {images.Count} clean images", images.Count);
        var unread = new List<FailedItem>();
        return await FeatureRun.ExtractAll(
            services.Features, _model, ImageFiles.Read(images, unread, cancellationToken), unread, () => bar.Increment(1), cancellationToken);
    }

    private async Task<Variant> Attack(AttackSpec attack, CancellationToken cancellationToken)
    {
        var queries = plan.Data.Queries;
        var folder = Path.Combine(plan.OutputFolder, "images", attack.Folder);
        var names = OutputNames.For(queries);
        var perturbing = bars.Add($"{attack.Label}: perturbing", queries.Count);
        // A file is there whole or not at all.
        var missing = plan.Resume ? [.. queries.Where(query => !File.Exists(Path.Combine(folder, names[query.Id])))] : queries;
        perturbing.Increment(queries.Count - missing.Count);
        var run = await AttackRun.Execute(
            services.Perturbation, AttackRun.Settings(attack, _attacked, plan.Epsilon, plan.Seed, plan.Rescale), missing,
            (id, png) => Files.Save(Path.Combine(folder, names[id]), png, cancellationToken), () => perturbing.Increment(1), cancellationToken);
        run = await Timed(run, missing.Count > 0, folder + ".json", cancellationToken);
        if (run.Failed.Count > 0)
            throw new CliException($"{attack.Label} failed on {run.Failed.Count} of {queries.Count} queries:\n{FailedItem.List(run.Failed)}");

        var quality = new QualitySummary();
        var shapes = new List<(int, int, int)>();
        var scoring = bars.Add($"{attack.Label}: features of the saved files", queries.Count);
        var features = await FeatureRun.ExtractAll(
            services.Features, _model, Reloaded(cancellationToken), [], () => scoring.Increment(1), cancellationToken);
        return new Variant(attack.Label, attack, run, quality, features, folder, shapes, false);

        async IAsyncEnumerable<ImageInput> Reloaded([EnumeratorCancellation] CancellationToken token)
        {
            foreach (var query in queries)
            {
                var original = await Files.Decode(query.Path, token);
                var file = await File.ReadAllBytesAsync(Path.Combine(folder, names[query.Id]), token);
                quality.Add(SelfCheck.Compare(query.Id, attack.Label, original, ImageDecoder.Decode(file, ImageLimits.Default), plan.Epsilon));
                shapes.Add((original.Width, original.Height, original.Channels));
                yield return ImageInput.FromBytes(query.Id, file);
            }
        }
    }

    /// <summary>What the images took is kept beside them, for a run that finds them all made.</summary>
    private async Task<AttackRunResult> Timed(AttackRunResult run, bool measured, string path, CancellationToken cancellationToken)
    {
        if (!plan.Resume) return run;
        if (measured)
        {
            await JsonFormat.WriteFile(path, new AttackTiming(run.MillisecondsPerImage), cancellationToken);
            return run;
        }

        var kept = File.Exists(path) ? JsonSerializer.Deserialize<AttackTiming>(await File.ReadAllTextAsync(path, cancellationToken), JsonFormat.Options) : null;
        return kept is null ? run : run with { MillisecondsPerImage = kept.MillisecondsPerImage };
    }

    private async Task<Variant?> Swapped(Variant own, CancellationToken cancellationToken)
    {
        var queries = plan.Data.Queries;
        if (Derangement.Donors(own.Shapes, plan.Seed) is not { } donors) return null;
        var folder = own.Folder + "-swapped";
        var names = OutputNames.For(queries);
        var quality = new QualitySummary();
        var bar = bars.Add($"{own.Name}: swapped among the queries", queries.Count);
        var features = await FeatureRun.ExtractAll(services.Features, _model, Exchanged(cancellationToken), [], () => bar.Increment(1), cancellationToken);
        return new Variant(SwappedPrefix + own.Name, own.Spec, null, quality, features, folder, own.Shapes, true);

        async IAsyncEnumerable<ImageInput> Exchanged([EnumeratorCancellation] CancellationToken token)
        {
            for (var i = 0; i < queries.Count; i++)
            {
                var original = await Files.Decode(queries[i].Path, token);
                var donor = queries[donors[i]];
                var donorOriginal = await Files.Decode(donor.Path, token);
                var donorAdversarial = await Files.Decode(Path.Combine(own.Folder, names[donor.Id]), token);
                var path = Path.Combine(folder, names[queries[i].Id]);
                await Files.Save(path, ImageEncoder.Png(PerturbationArithmetic.Swap(original, donorOriginal, donorAdversarial)), token);
                var file = await File.ReadAllBytesAsync(path, token);
                quality.Add(SelfCheck.Compare(queries[i].Id, SwappedPrefix + own.Name, original, ImageDecoder.Decode(file, ImageLimits.Default), plan.Epsilon));
                yield return ImageInput.FromBytes(queries[i].Id, file);
            }
        }
    }

    /// <summary>Clean and adversarial queries after each defence; what is defended is the saved file.</summary>
    private async Task<List<Variant>> Defended(IReadOnlyList<Variant> attacks, CancellationToken cancellationToken)
    {
        var queries = plan.Data.Queries;
        var names = OutputNames.For(queries);
        var bar = bars.Add($"after {Defence.All.Count} defences", Defence.All.Count * (attacks.Count + 1) * queries.Count);
        var defended = new List<Variant>();
        foreach (var defence in Defence.All)
        {
            defended.Add(await Of(CleanName, null));
            foreach (var attack in attacks) defended.Add(await Of(attack.Name, attack));

            async Task<Variant> Of(string name, Variant? attack) => new(
                DefendedName(defence, name), attack?.Spec ?? new AttackSpec(CleanName, null, new Dictionary<string, string>()), null, new QualitySummary(),
                await FeatureRun.ExtractAll(services.Features, _model, Files(attack, cancellationToken), [], () => bar.Increment(1), cancellationToken), "", [], true);

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

    private static string DefendedName(Defence defence, string attack) => $"{defence.Name} {attack}";

    private async Task<EvaluateResponse> Score(Dictionary<string, Feature> clean, List<Variant> variants, CancellationToken cancellationToken)
    {
        var bar = bars.Add($"{plan.Data.Protocol}: scoring");
        var settings = new EvaluateSettings
        {
            Protocol = ScoringMessages.Protocol(plan.Data.Protocol),
            AveragePrecision = plan.AveragePrecision,
            BootstrapSamples = (uint)plan.BootstrapSamples,
            Seed = plan.Seed,
            RankingSize = (uint)plan.PicturedRows,
        };
        settings.Attacks.AddRange(variants.Select(v => v.Name));
        settings.RankingQueryIds.AddRange(EvaluationPlan.Spread(plan.Data.Queries, plan.PicturedQueries).Select(q => q.Id));
        var scores = await services.Scoring.Evaluate(settings, Items().ToAsyncEnumerable(), cancellationToken);
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
                foreach (var query in plan.Data.Queries)
                {
                    yield return new EvaluationItem
                    {
                        Id = query.Id,
                        Role = EvaluationRole.AdversarialQuery,
                        Attack = (uint)attack,
                        Feature = variants[attack].Features[query.Id],
                    };
                }
            }
        }

        EvaluationItem Labelled(DatasetEntry entry, EvaluationRole role) =>
            new() { Id = entry.Id, Role = role, Identity = entry.Identity, Camera = entry.Camera, Feature = clean[entry.Id] };
    }

    private sealed record AttackTiming(double MillisecondsPerImage);

    /// <summary>The queries in one form: under an attack, with swapped perturbations, or after a defence. Only the first has a run.</summary>
    private sealed record Variant(
        string Name, AttackSpec Spec, AttackRunResult? Run, QualitySummary Quality, Dictionary<string, Feature> Features, string Folder,
        List<(int Width, int Height, int Channels)> Shapes, bool IsDerived);
}
