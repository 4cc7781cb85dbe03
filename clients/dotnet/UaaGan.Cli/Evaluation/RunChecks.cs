using System.Text.Json.Nodes;
using UaaGan.Cli.Services;
using UaaGan.Client;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;
using AttackMetrics = UaaGan.Protos.Retrieval.V1.AttackMetrics;

namespace UaaGan.Cli.Evaluation;

/// <summary>What must hold of a run as a whole, beside <see cref="SelfCheck"/>'s of each image. A violation fails the run: its numbers would mean nothing.</summary>
internal static class RunChecks
{
    private const string Noise = "random-sign", Pgd = "pgd";

    /// <summary>No attacked image may be one that a generator was trained on: it would be measured on what it knows.</summary>
    public static async Task NothingAttackedWasTrainedOn(IEnumerable<Generator> generators, EvaluationPlan plan, CancellationToken cancellationToken)
    {
        var trained = generators.Select(generator => (generator.Name, Hashes: TrainedOn(generator))).Where(generator => generator.Hashes.Count > 0).ToList();
        if (trained.Count == 0) return;
        foreach (var image in plan.Attacked)
        {
            var hash = (await Files.Decode(image.Path, cancellationToken)).Sha256();
            if (trained.FirstOrDefault(generator => generator.Hashes.Any(known => hash.StartsWith(known, StringComparison.Ordinal))) is { Name: { } name })
            {
                throw new CliException($"Self-check failed: {plan.AttackedNoun} '{image.Id}' is one of the images that generator '{name}' was trained on. "
                    + $"Leave such images out ({(plan.Side == AttackedSide.Query ? "--queries" : "--perturbed-gallery")} FILE), or say --allow-trained-queries to measure them all the same.");
            }
        }
    }

    /// <summary>
    /// Where attacks are made on surrogates, a generator must not know the network that is scored, and must know no network that is not named: the
    /// report says what the attacks were made on.
    /// </summary>
    public static void TransferIsTransfer(IEnumerable<Generator> generators, EvaluationContext context)
    {
        if (context.Plan.Surrogates.Count == 0) return;
        foreach (var generator in generators)
        {
            var networks = generator.Ensemble.Prepend(generator.Model).ToList();
            if (networks.Contains(context.Model))
                throw new CliException($"Generator '{generator.Name}' was trained on '{context.Model.Name}', the network that is scored: that is no transfer. Leave out --surrogate, or score another --model.");
            if (!networks.All(context.Attacked.Contains))
                throw new CliException($"Generator '{generator.Name}' was trained on {string.Join(" and ", networks.Select(model => model.Name))}: name each of them with --surrogate, so that the report says what the attacks were made on.");
        }
    }

    /// <summary>With a budget of 0 an attack must hand back the image it was given. Tried on one image.</summary>
    public static async Task ZeroBudgetChangesNothing(
        PerturbationClient client, AttackSpec attack, IReadOnlyList<ModelReference> models, ulong seed, DatasetEntry image, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> saved = default;
        var run = await AttackRun.Execute(
            client, AttackRun.Settings(attack, models, new Epsilon(0), seed, rescale: true), [image],
            (_, png) =>
            {
                saved = png;
                return Task.CompletedTask;
            },
            () => { }, cancellationToken);
        if (run.Failed.Count > 0) throw new CliException($"{attack.Label} failed at a budget of 0:\n{FailedItem.List(run.Failed)}");
        var original = await Files.Decode(image.Path, cancellationToken);
        if (!ImageDecoder.Decode(saved, ImageLimits.Default).Pixels.SequenceEqual(original.Pixels))
            throw new CliException($"Self-check failed: {attack.Label} changed '{image.Id}' at a budget of 0/255.");
    }

    /// <summary>The network must answer at the end as it did at the beginning, to the last bit.</summary>
    public static async Task NetworkIsUnchanged(
        ServiceGroup services, ModelReference model, DatasetEntry query, Feature before, CancellationToken cancellationToken)
    {
        var after = await FeatureRun.ExtractAll(services.Features, model, ImageFiles.Read([query], [], cancellationToken), [], () => { }, cancellationToken);
        if (!after[query.Id].ToArray().AsSpan().SequenceEqual(before.ToArray()))
            throw new CliException($"Self-check failed: the feature of clean query '{query.Id}' is another at the end of the run than at its beginning; the network or its weights changed meanwhile.");
    }

    /// <summary>Noise that takes as much as the strongest iterative attack says that the attack, or the data set, is at fault.</summary>
    public static void NoiseIsWeaker(EvaluateResponse scores)
    {
        if (Of(Noise) is not { } noise || Of(Pgd) is not { } pgd || noise.MapLost.Value < pgd.MapLost.Value) return;
        throw new CliException(FormattableString.Invariant(
            $"Self-check failed: random-sign loses {noise.MapLost.Value:0.000} of the mAP above chance, PGD {pgd.MapLost.Value:0.000}. Noise must lose less: check the model with 'models check', or take more queries."));

        AttackMetrics? Of(string name) => scores.Attacks.FirstOrDefault(attack => attack.Attack == name);
    }

    /// <summary>The first digits of the hashes of its training images; empty for a generator of before there were such.</summary>
    private static HashSet<string> TrainedOn(Generator generator) =>
        RunManifest.Parsed(generator.ManifestJson)?["run"]?["image_hashes"] is JsonArray hashes ? [.. hashes.Select(hash => hash!.GetValue<string>())] : [];
}
