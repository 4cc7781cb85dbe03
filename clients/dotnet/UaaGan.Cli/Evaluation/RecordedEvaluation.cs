using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using UaaGan.Cli.Services;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Retrieval;
using AveragePrecision = UaaGan.Protos.Retrieval.V1.AveragePrecision;

namespace UaaGan.Cli.Evaluation;

/// <summary>The settings of an evaluation, read back from what <see cref="EvaluationOutputs.Manifest"/> wrote.</summary>
internal sealed record RecordedEvaluation
{
    /// <summary>What of a model decides its features; its device and batch sizes are this machine's and show in the numbers, if anywhere.</summary>
    private static readonly string[] Decisive = ["architecture", "weights_sha256", "engine", "data_type", "card"];

    public required JsonObject Model { get; init; }

    public required IReadOnlyList<JsonObject> Surrogates { get; init; }

    public required AveragePrecision AveragePrecisionAsked { get; init; }

    public required string Epsilon { get; init; }

    public required string? Box { get; init; }

    public required AttackedSide Side { get; init; }

    public required ulong Seed { get; init; }

    public required int BootstrapSamples { get; init; }

    public required bool Rescale { get; init; }

    public required bool Survival { get; init; }

    public required bool Saliency { get; init; }

    /// <summary>The files of LPIPS; null: it was not measured.</summary>
    public PerceptualFiles? Lpips { get; init; }

    public required bool AllowTrainedQueries { get; init; }

    public required IReadOnlyList<Attack> Attacks { get; init; }

    /// <summary>The plan of the first run, for another folder.</summary>
    /// <param name="record">Where the data was.</param>
    /// <param name="data">The data, read again.</param>
    /// <param name="output">The folder of the second run.</param>
    public EvaluationPlan Plan(DataRecord record, RetrievalDataset data, string output)
    {
        var gallery = data.Gallery.ToDictionary(row => row.Id, StringComparer.Ordinal);
        return new EvaluationPlan
        {
            Model = Reference(Model),
            Data = data,
            DataFolder = record.Folder,
            Layout = record.Layout,
            Attacks = [.. Attacks.Select(attack => new AttackSpec(attack.Method, attack.Generator?.Name, attack.Options) { Guide = attack.Guide?.File })],
            Epsilon = Imaging.Epsilon.Parse(Epsilon),
            Box = Box is null ? null : ImageBox.TryParse(Box, out var box) ? box : throw new CliException($"The manifest's box, '{Box}', is not understood."),
            Side = Side,
            PerturbedGallery = record.PerturbedGallery is { } perturbed ? [.. perturbed.Select(id => gallery[id])] : null,
            Seed = Seed,
            BootstrapSamples = BootstrapSamples,
            AveragePrecision = AveragePrecisionAsked,
            Rescale = Rescale,
            Surrogates = [.. Surrogates.Select(Reference)],
            Survival = Survival,
            Saliency = Saliency,
            Perceptual = Lpips,
            AllowTrainedQueries = AllowTrainedQueries,
            OutputFolder = output,
        };
    }

    /// <summary>Refuses networks, generators, guides and files of LPIPS that are no longer those of the manifest.</summary>
    public async Task Check(ServiceGroup services, CancellationToken cancellationToken)
    {
        foreach (var recorded in (IEnumerable<JsonObject>)[Model, .. Surrogates])
        {
            var now = RunManifest.Node(RunManifest.OfModel(await services.Features.GetModel(Reference(recorded), cancellationToken)));
            var different = Decisive.Where(field => !JsonNode.DeepEquals(recorded[field], now[field])).ToList();
            if (different.Count > 0) throw Changed($"model '{recorded["name"]}' version {recorded["version"]}", string.Join(", ", different));
        }

        if (Attacks.Any(attack => attack.Generator is not null))
        {
            var known = await services.Perturbation.ListGenerators(cancellationToken).ToDictionaryAsync(g => g.Name, g => g.WeightsSha256, StringComparer.Ordinal, cancellationToken);
            foreach (var generator in Attacks.Select(attack => attack.Generator).OfType<GeneratorId>())
            {
                if (!known.TryGetValue(generator.Name, out var hash)) throw new CliException($"There is no generator '{generator.Name}' any more, which the manifest names.");
                if (hash != generator.WeightsSha256) throw Changed($"generator '{generator.Name}'", "weights_sha256");
            }
        }

        foreach (var weights in Lpips is null ? [] : (HashedFile[])[Lpips.Backbone, Lpips.Linear]) await Check(weights, "file of LPIPS", cancellationToken);
        foreach (var guide in Attacks.Select(attack => attack.Guide).OfType<HashedFile>()) await Check(guide, "guide image", cancellationToken);
    }

    private static async Task Check(HashedFile file, string what, CancellationToken cancellationToken)
    {
        if (!File.Exists(file.File)) throw new CliException($"There is no {what} '{file.File}' any more, which the manifest names.");
        if (await Hashes.File(file.File, cancellationToken) != file.Sha256) throw Changed($"{what} '{file.File}'", "sha256");
    }

    private static CliException Changed(string what, string fields) => new($"The {what} is no longer the manifest's: {fields} differ{(fields.Contains(',', StringComparison.Ordinal) ? "" : "s")}. Give it back, or run without --manifest.");

    private static ModelReference Reference(JsonObject model) => new() { Name = (string)model["name"]!, Version = (string)model["version"]! };

    /// <param name="Method">Its name.</param>
    /// <param name="Options">Every option as it ran.</param>
    /// <param name="Generator">The generator; null where the method has none.</param>
    /// <param name="Guide">The guide image; null where the method has none.</param>
    internal sealed record Attack(string Method, IReadOnlyDictionary<string, string> Options, GeneratorId? Generator, HashedFile? Guide);

    internal sealed record GeneratorId(string Name, [property: JsonPropertyName("weights_sha256")] string WeightsSha256);
}
