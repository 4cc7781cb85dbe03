using System.Text.Json.Nodes;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Services;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Cli.Battery;

/// <summary>What a battery is to do, whether options or a manifest say so.</summary>
/// <param name="Preset">Its fixed part.</param>
/// <param name="Generators">Attacks with a generator, beside the preset's.</param>
/// <param name="Surrogates">The other networks of the transfer matrix.</param>
/// <param name="Plan">What its evaluations share.</param>
internal sealed record BatterySetup(
    BatteryPreset Preset, IReadOnlyList<AttackSpec> Generators, IReadOnlyList<ModelReference> Surrogates, EvaluationPlan Plan)
{
    /// <summary>The evaluations, in their order.</summary>
    public IReadOnlyList<BatteryStage> Stages { get; } = [.. Preset.Stages(Generators, Plan.Model, Surrogates)];

    /// <summary>What the evaluations of a battery share.</summary>
    public static EvaluationPlan Common(ModelReference model, Retrieval.RetrievalDataset data, string folder, ulong seed, string output) => new()
    {
        Model = model,
        Data = data,
        DataFolder = folder,
        Attacks = [],
        Epsilon = new Epsilon(BatteryPreset.MainLevel),
        Seed = seed,
        Rescale = true,
        Resume = true,
        OutputFolder = output,
    };

    /// <summary>Everything that decides the numbers: two batteries that agree here may share a folder.</summary>
    public async Task<JsonNode> Describe(ServiceGroup services, CancellationToken cancellationToken)
    {
        var known = Generators.Count == 0 ? [] : await services.Perturbation.ListGenerators(cancellationToken).ToDictionaryAsync(g => g.Name, StringComparer.Ordinal, cancellationToken);
        if (Generators.FirstOrDefault(attack => !known.ContainsKey(attack.Generator!)) is { } missing)
            throw new CliException($"There is no generator '{missing.Generator}'. {(known.Count == 0 ? "None is trained yet: see uaagan train --help." : $"There are: {string.Join(", ", known.Keys)}.")}");
        var models = new List<Model>();
        foreach (var model in (IEnumerable<ModelReference>)[Plan.Model, .. Surrogates]) models.Add(await services.Features.GetModel(model, cancellationToken));
        return RunManifest.Node(new
        {
            preset = Preset.Name,
            networks = models.Select(model => $"{model.Name}:{model.Version}"),
            model = models[0].WeightsSha256,
            surrogates = models.Skip(1).Select(model => model.WeightsSha256),
            protocol = Plan.Data.Protocol,
            data_sha256 = await Hashes.Data(Plan.Data, cancellationToken),
            Plan.Seed,
            lpips = Plan.Perceptual,
            generators = Generators.Select(attack => new { attack.Method, attack.Generator, weights_sha256 = known[attack.Generator!].WeightsSha256 }),
        });
    }

    /// <summary>The settings that differ, for a message.</summary>
    public static string Differing(JsonNode earlier, JsonNode now) => string.Join(", ", now.AsObject()
        .Where(field => !JsonNode.DeepEquals(field.Value, earlier[field.Key])).Select(field => field.Key)) + " differ";
}
