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
    private const string Name = "battery";

    private static readonly Option<string> Preset = new Option<string>("--preset")
    {
        Description = "quick: 8/255, 100 queries, noise and PGD-20; standard: 8/255, all queries, every attack that needs no training; full: 2, 4, 8 and 16 over 255, defences, and the transfer matrix of the model and each --surrogate. Each with the generators given",
        HelpName = string.Join("|", BatteryPreset.All.Select(preset => preset.Name)),
    }.RequiredWithoutManifest();

    private static readonly Option<string> Model = OptionRules.Model().RequiredWithoutManifest();
    private static readonly Option<string> Data = OptionRules.Folder("--data", "Folder of labelled images").RequiredWithoutManifest();
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
    private static readonly Option<string?> Manifest = ManifestOption.Create(Name);
    private static readonly PerceptualOptions Perceptual = new();
    private static readonly Option<string> Out = OptionRules.Folder("--out", "New folder for report.html, battery.json, battery.csv, manifest.json and the adversarial images; an interrupted battery's is gone on with");
    private static readonly Option<bool> Replace = new("--replace") { Description = "Write over an earlier battery in the folder" };

    public static Command Create()
    {
        var command = new SessionCommand(Name, $"""
            Measures a retrieval system under a fixed set of attacks and gives one robustness score with its parts.

            The score: {BatteryJson.Rule}

            Interrupted, the same command goes on where it stopped. The same command on the same machine gives the same numbers, times apart.

            Examples:
              uaagan battery --preset quick --model mobilenet_v2 --data food7/ --attack uaa-gan:food --out battery/
              uaagan battery --manifest battery/manifest.json --out again/       (the same once more: every number but times must come out the same)
            """, Run);
        Preset.AcceptOnlyFromAmong([.. BatteryPreset.All.Select(preset => preset.Name)]);
        foreach (var option in (Option[])[Preset, Model, Data, Protocol, Queries, Attacks, Surrogates, Seed, .. Perceptual.All, Manifest, Out, Replace]) command.Options.Add(option);
        Manifest.Answers(command, [Preset, Model, Data], [Out, Replace]);
        Perceptual.Check(command);
        return command;
    }

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        var options = session.Options;
        var output = Path.GetFullPath(options.GetRequiredValue(Out));
        var first = options.GetValue(Manifest) is { } file ? await RecordedRun.Read(file, Name, output, cancellationToken) : null;
        var setup = first is null ? FromOptions(options, output, await Perceptual.Read(options, cancellationToken)) : await RecordedBattery.Setup(first, output, cancellationToken);

        await using var services = await session.Services(
            cancellationToken, ServiceKind.FeatureExtraction, ServiceKind.Perturbation, ServiceKind.RetrievalScoring);
        if (first is not null) await RecordedBattery.Check(first, services, cancellationToken);
        var settings = await setup.Describe(services, cancellationToken);
        if (options.GetValue(Replace)) await OutputFolder.Fresh(output, Name, setup.Stages.Select(stage => stage.Name), replace: true, cancellationToken);
        else if (await OutputFolder.Existing(output, Name, cancellationToken) is { } earlier && !JsonNode.DeepEquals(earlier, settings))
            throw new CliException($"'{output}' holds another battery: {BatterySetup.Differing(earlier, settings)}. Give another --out, or --replace to write over it.");
        Directory.CreateDirectory(output);

        var data = first?.Data ?? await DataRecord.Of(setup.Plan, cancellationToken);
        var (battery, manifest) = await new BatteryRun(session, services, setup, settings, data).Execute(cancellationToken);
        first?.RequireSame(manifest.Run, manifest.Result!);
        if (session.Terminal.Json) session.Terminal.WriteJson(battery);
        else
        {
            session.Terminal.Show(string.Create(CultureInfo.InvariantCulture,
                $"Robustness score: {battery.RobustnessScore:0.0} of 100 ({string.Join("; ", battery.Parts.Select(part => string.Create(CultureInfo.InvariantCulture, $"{part.Epsilon}: {part.StrongestAttack} leaves {part.ShareLeft:0.000}")))})"));
            if (first is not null) session.Terminal.Show($"Every number but times is that of {first.Path}.");
            session.Terminal.Show($"Report: {Path.Combine(output, "report.html")}");
        }

        return ExitCodes.Success;
    }

    private static BatterySetup FromOptions(ParseResult options, string output, PerceptualFiles? perceptual)
    {
        var preset = BatteryPreset.Get(options.GetRequiredValue(Preset));
        var generators = AttackSpec.Parse(options.GetRequiredValue(Attacks), []);
        if (generators.FirstOrDefault(attack => attack.Generator is null) is { } bare)
            throw CliException.WrongUse($"--attack {bare.Label}: a battery's attacks are fixed but for generators; write METHOD:GENERATOR, or use 'evaluate'.");
        var surrogates = options.GetRequiredValue(Surrogates).Select(Session.Model).ToList();
        if (surrogates.Count > 0 && preset.Transfer.Count == 0)
            throw CliException.WrongUse($"--surrogate: the {preset.Name} preset measures no transfer; use --preset full, or 'evaluate --surrogate'.");
        var model = Session.Model(options.GetRequiredValue(Model));
        if (surrogates.Select(surrogate => surrogate.Name).Append(model.Name).GroupBy(name => name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw CliException.WrongUse($"--surrogate {twice.Key}: each model, --model among them, stands once in the transfer matrix.");
        var folder = options.GetRequiredValue(Data);
        var data = UaaGan.Retrieval.Datasets.Read(options.GetValue(Protocol) ?? OptionRules.ProtocolOf(folder), folder, options.GetValue(Queries));
        if (preset.QueryLimit is { } limit) data = data with { Queries = EvaluationPlan.Spread(data.Queries, limit) };
        return new BatterySetup(preset, generators, surrogates, BatterySetup.Common(model, data, folder, options.GetValue(Seed), output) with { Perceptual = perceptual });
    }
}
