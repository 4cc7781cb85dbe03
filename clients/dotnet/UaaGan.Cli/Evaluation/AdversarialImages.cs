using System.Runtime.CompilerServices;
using System.Text.Json;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Client;
using UaaGan.Imaging;

namespace UaaGan.Cli.Evaluation;

/// <summary>The attacked images: made, saved, reloaded, checked, and only then extracted.</summary>
internal static class AdversarialImages
{
    public static async Task<Variant> Make(EvaluationContext context, AttackSpec attack, CancellationToken cancellationToken)
    {
        var (plan, images) = (context.Plan, context.Plan.Attacked);
        var folder = Path.Combine(plan.OutputFolder, "images", attack.Folder);
        var names = OutputNames.For(images);
        var perturbing = context.Bars.Add($"{attack.Label}: perturbing", images.Count);
        // A file is there whole or not at all.
        var missing = plan.Resume ? [.. images.Where(entry => !File.Exists(Path.Combine(folder, names[entry.Id])))] : images;
        perturbing.Increment(images.Count - missing.Count);
        var settings = AttackRun.Settings(attack, context.Attacked, plan.Epsilon, plan.Seed, plan.Rescale, plan.Box);
        settings.Saliency = plan.Saliency;
        var run = await AttackRun.Execute(
            context.Services.Perturbation, settings, missing,
            (id, png) => Files.Save(Path.Combine(folder, names[id]), png, cancellationToken), () => perturbing.Increment(1), cancellationToken);
        run = await Timed(run, plan.Resume, missing.Count > 0, folder + ".json", cancellationToken);
        if (run.Failed.Count > 0)
            throw new CliException($"{attack.Label} failed on {run.Failed.Count} of {images.Count} images:\n{FailedItem.List(run.Failed)}");

        var quality = new QualitySummary();
        var shapes = new List<(int, int, int)>();
        var scoring = context.Bars.Add($"{attack.Label}: features of the saved files", images.Count);
        var features = await FeatureRun.ExtractAll(
            context.Services.Features, context.Model, Reloaded(cancellationToken), [], () => scoring.Increment(1), cancellationToken);
        if (context.Perceptual is { } perceptual) await MeasureLpips(perceptual);
        return new Variant(attack.Label, attack, run, quality, features, folder, shapes);

        async Task MeasureLpips(PerceptualProgram perceptual)
        {
            var bar = context.Bars.Add($"{attack.Label}: LPIPS of the saved files", images.Count);
            foreach (var entry in images)
            {
                quality.AddLpips(await perceptual.Distance(entry.Path, Path.Combine(folder, names[entry.Id]), cancellationToken));
                bar.Increment(1);
            }
        }

        async IAsyncEnumerable<ImageInput> Reloaded([EnumeratorCancellation] CancellationToken token)
        {
            foreach (var entry in images)
            {
                var original = await Files.Decode(entry.Path, token);
                var file = await File.ReadAllBytesAsync(Path.Combine(folder, names[entry.Id]), token);
                quality.Add(SelfCheck.Compare(entry.Id, attack.Label, original, ImageDecoder.Decode(file, ImageLimits.Default), plan.Epsilon, plan.Box));
                shapes.Add((original.Width, original.Height, original.Channels));
                yield return ImageInput.FromBytes(entry.Id, file);
            }
        }
    }

    /// <summary>What the images took is kept beside them, for a run that finds them all made.</summary>
    private static async Task<AttackRunResult> Timed(AttackRunResult run, bool resume, bool measured, string path, CancellationToken cancellationToken)
    {
        if (!resume) return run;
        if (measured)
        {
            await JsonFormat.WriteFile(path, new AttackTiming(run.MillisecondsPerImage), cancellationToken);
            return run;
        }

        var kept = File.Exists(path) ? JsonSerializer.Deserialize<AttackTiming>(await File.ReadAllTextAsync(path, cancellationToken), JsonFormat.Options) : null;
        return kept is null ? run : run with { MillisecondsPerImage = kept.MillisecondsPerImage };
    }

    private sealed record AttackTiming(double MillisecondsPerImage);
}
