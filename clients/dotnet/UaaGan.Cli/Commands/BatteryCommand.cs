using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using UaaGan.Cli.Battery;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Commands;

/// <summary><c>battery</c>: a fixed set of attacks, budgets and defences, and one score.</summary>
internal static class BatteryCommand
{
    private static readonly Option<string> Preset = new("--preset")
    {
        Description = "quick: 8/255, 100 queries, noise and PGD-20; standard: 8/255, all queries, every attack that needs no training; full: 2, 4, 8 and 16 over 255, defences, and the transfer matrix of the model and each --surrogate. Each with the generators given",
        HelpName = string.Join("|", BatteryPreset.All.Select(preset => preset.Name)),
        Required = true,
    };

    private static readonly Option<string> Model = OptionRules.Model();
    private static readonly Option<string> Data = OptionRules.Folder("--data", "Folder of labelled images");
    private static readonly Option<string?> Protocol = OptionRules.Protocol(required: false);
    private static readonly Option<string?> Queries = OptionRules.ListFile("--queries", "File that lists the queries, one path relative to the data's folder a line [default: all]");
    private static readonly Option<string[]> Attacks = new("--attack")
    {
        Description = "METHOD:GENERATOR to run beside the preset's, such as uaa-gan:mine; may be repeated. At other budgets than its own a generator's perturbation is scaled",
        HelpName = "A",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string[]> Surrogates = new("--surrogate")
    {
        Description = "Model of the transfer matrix, in the full preset: attacks are made on each model and scored on each; may be repeated",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<ulong> Seed = OptionRules.Seed();
    private static readonly PerceptualOptions Perceptual = new();
    private static readonly Option<string> Out = OptionRules.Folder("--out", "New folder for report.html, battery.json, battery.csv, manifest.json and the adversarial images; an interrupted battery's is gone on with");
    private static readonly Option<bool> Replace = new("--replace") { Description = "Write over an earlier battery in the folder" };

    public static Command Create()
    {
        var command = new SessionCommand("battery", $"""
            Measures a retrieval system under a fixed set of attacks and gives one robustness score with its parts.

            The score: {BatteryJson.Rule}

            Interrupted, the same command goes on where it stopped. The same command on the same machine gives the same numbers, times apart.

            Example:
              uaagan battery --preset quick --model mobilenet_v2 --data food7/ --attack uaa-gan:food --out battery/
            """, Run);
        Preset.AcceptOnlyFromAmong([.. BatteryPreset.All.Select(preset => preset.Name)]);
        foreach (var option in (Option[])[Preset, Model, Data, Protocol, Queries, Attacks, Surrogates, Seed, .. Perceptual.All, Out, Replace]) command.Options.Add(option);
        Perceptual.Check(command);
        return command;
    }

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        var options = session.Options;
        var preset = BatteryPreset.Get(options.GetRequiredValue(Preset));
        var generators = AttackSpec.Parse(options.GetRequiredValue(Attacks), []);
        if (generators.FirstOrDefault(attack => attack.Generator is null) is { } bare)
            throw CliException.WrongUse($"--attack {bare.Label}: a battery's attacks are fixed but for generators; write METHOD:GENERATOR, or use 'evaluate'.");
        var surrogates = options.GetRequiredValue(Surrogates).Select(Session.Model).ToList();
        if (surrogates.Count > 0 && preset.Transfer.Count == 0)
            throw CliException.WrongUse($"--surrogate: the {preset.Name} preset measures no transfer; use --preset full, or 'evaluate --surrogate'.");
        if (surrogates.Select(surrogate => surrogate.Name).Append(Session.Model(options.GetRequiredValue(Model)).Name).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw CliException.WrongUse($"--surrogate {twice.Key}: each model, --model among them, stands once in the transfer matrix.");
        var folder = options.GetRequiredValue(Data);
        var data = UaaGan.Retrieval.Datasets.Read(options.GetValue(Protocol) ?? OptionRules.ProtocolOf(folder), folder, options.GetValue(Queries));
        if (preset.QueryLimit is { } limit) data = data with { Queries = EvaluationPlan.Spread(data.Queries, limit) };
        var output = Path.GetFullPath(options.GetRequiredValue(Out));
        var model = Session.Model(options.GetRequiredValue(Model));
        var stages = preset.Stages(generators, model, surrogates).ToList();
        var plan = new EvaluationPlan
        {
            Model = model,
            Data = data,
            DataFolder = folder,
            Attacks = [],
            Epsilon = new Imaging.Epsilon(BatteryPreset.MainLevel),
            Seed = options.GetValue(Seed),
            Rescale = true,
            Resume = true,
            Perceptual = await Perceptual.Read(options, cancellationToken),
            OutputFolder = output,
        };

        await using var services = await session.Services(
            cancellationToken, ServiceKind.FeatureExtraction, ServiceKind.Perturbation, ServiceKind.RetrievalScoring);
        var settings = await Describe(services, preset, plan, generators, surrogates, cancellationToken);
        if (options.GetValue(Replace)) await OutputFolder.Fresh(output, "battery", stages.Select(stage => stage.Name), replace: true, cancellationToken);
        else if (await OutputFolder.Existing(output, "battery", cancellationToken) is { } earlier && !JsonNode.DeepEquals(earlier, settings))
            throw new CliException($"'{output}' holds another battery: {Differing(earlier, settings)}. Give another --out, or --replace to write over it.");
        Directory.CreateDirectory(output);

        var battery = await new BatteryRun(session, services, preset, plan, settings).Execute(stages, cancellationToken);
        if (session.Terminal.Json) session.Terminal.WriteJson(battery);
        else
        {
            session.Terminal.Show(string.Create(CultureInfo.InvariantCulture,
                $"Robustness score: {battery.RobustnessScore:0.0} of 100 ({string.Join("; ", battery.Parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Epsilon}: {part.StrongestAttack} leaves {part.ShareLeft:0.000}")))})"));
            session.Terminal.Show($"Report: {Path.Combine(output, "report.html")}");
        }

        return ExitCodes.Success;
    }

    /// <summary>Everything that decides the numbers: two batteries that agree here may share a folder.</summary>
    private static async Task<JsonNode> Describe(
        ServiceGroup services, BatteryPreset preset, EvaluationPlan plan, IReadOnlyList<AttackSpec> generators, IReadOnlyList<Protos.Common.V1.ModelReference> surrogates,
        CancellationToken cancellationToken)
    {
        var known = generators.Count == 0 ? [] : await services.Perturbation.ListGenerators(cancellationToken).ToDictionaryAsync(g => g.Name, StringComparer.Ordinal, cancellationToken);
        if (generators.FirstOrDefault(attack => !known.ContainsKey(attack.Generator!)) is { } missing)
            throw new CliException($"There is no generator '{missing.Generator}'. {(known.Count == 0 ? "None is trained yet: see uaagan train --help." : $"There are: {string.Join(", ", known.Keys)}.")}");
        var models = new List<string>();
        foreach (var model in (IEnumerable<Protos.Common.V1.ModelReference>)[plan.Model, .. surrogates])
            models.Add((await services.Features.GetModel(model, cancellationToken)).WeightsSha256);
        return RunManifest.Node(new
        {
            preset = preset.Name,
            model = models[0],
            surrogates = models.Skip(1),
            protocol = plan.Data.Protocol,
            data_sha256 = await Hashes.Data(plan.Data, cancellationToken),
            plan.Seed,
            lpips = plan.Perceptual,
            generators = generators.Select(attack => new { attack.Method, attack.Generator, weights_sha256 = known[attack.Generator!].WeightsSha256 }),
        });
    }

    private static string Differing(JsonNode earlier, JsonNode now) => string.Join(", ", now.AsObject()
        .Where(field => !JsonNode.DeepEquals(field.Value, earlier[field.Key])).Select(field => field.Key)) + " differ";
}
