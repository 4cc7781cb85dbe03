using System.Runtime.CompilerServices;
using UaaGan.Client;
using UaaGan.Imaging;

namespace UaaGan.Cli.Evaluation;

/// <summary>The attacked images with the perturbations of an attack permuted among them.</summary>
internal static class SwappedImages
{
    /// <summary>Null when there is one image only, which has nobody to swap with.</summary>
    public static async Task<Variant?> Make(EvaluationContext context, Variant own, CancellationToken cancellationToken)
    {
        var (plan, images) = (context.Plan, context.Plan.Attacked);
        if (Derangement.Donors(own.Shapes, plan.Seed) is not { } donors) return null;
        var folder = own.Folder + "-swapped";
        var names = OutputNames.For(images);
        var quality = new QualitySummary();
        var bar = context.Bars.Add($"{own.Name}: swapped among the images", images.Count);
        var features = await FeatureRun.ExtractAll(context.Services.Features, context.Model, Exchanged(cancellationToken), [], () => bar.Increment(1), cancellationToken);
        return new Variant(Variant.SwappedName(own.Name), own.Spec, null, quality, features, folder, own.Shapes);

        async IAsyncEnumerable<ImageInput> Exchanged([EnumeratorCancellation] CancellationToken token)
        {
            for (var i = 0; i < images.Count; i++)
            {
                var original = await Files.Decode(images[i].Path, token);
                var donor = images[donors[i]];
                var donorOriginal = await Files.Decode(donor.Path, token);
                var donorAdversarial = await Files.Decode(Path.Combine(own.Folder, names[donor.Id]), token);
                var path = Path.Combine(folder, names[images[i].Id]);
                var swapped = PerturbationArithmetic.Swap(original, donorOriginal, donorAdversarial);
                await Files.Save(path, ImageEncoder.Png(plan.Box?.Restrict(original, swapped) ?? swapped), token);
                var file = await File.ReadAllBytesAsync(path, token);
                quality.Add(SelfCheck.Compare(images[i].Id, Variant.SwappedName(own.Name), original, ImageDecoder.Decode(file, ImageLimits.Default), plan.Epsilon, plan.Box));
                yield return ImageInput.FromBytes(images[i].Id, file);
            }
        }
    }
}
