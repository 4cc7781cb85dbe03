using System.CommandLine;
using System.Globalization;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Services;
using UaaGan.Imaging;

namespace UaaGan.Cli.Commands;

/// <summary><c>evaluate</c>: a ranking protocol on clean and adversarial queries.</summary>
internal static class EvaluateCommand
{
    private const string Name = "evaluate";

    private static readonly Option<string> Model = OptionRules.Model().RequiredWithoutManifest();
    private static readonly Option<string> Data = OptionRules.Folder("--data", "Folder of labelled images").RequiredWithoutManifest();
    private static readonly Option<string?> Protocol = OptionRules.Protocol(required: true).RequiredWithoutManifest();
    private static readonly Option<string?> Layout = OptionRules.Layout();
    private static readonly Option<string?> Queries = OptionRules.ListFile("--queries", "File that lists the queries, one path relative to the data's folder a line [default: all]");
    private static readonly Option<string[]> Attacks = new("--attack")
    {
        Description = "METHOD, such as pgd or random-sign, METHOD:GENERATOR, such as uaa-gan:mine, or METHOD@GUIDE, such as tma@tower.jpg; may be repeated [default: none, clean rows only]",
        HelpName = "A",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<Epsilon> Epsilon = OptionRules.Epsilon(required: false);
    private static readonly Option<ImageBox?> Box = OptionRules.Box();
    private static readonly Option<string> Side = new("--side")
    {
        Description = "Which images are attacked: query, against a clean gallery, or gallery, for clean queries: images that are to be protected from being found",
        HelpName = "query|gallery",
        DefaultValueFactory = _ => "query",
    };

    private static readonly Option<string?> PerturbedGallery = OptionRules.ListFile(
        "--perturbed-gallery", "File that lists the gallery images to attack, one path relative to the data's folder a line, with --side gallery [default: all]");

    private static readonly Option<string[]> Options = OptionRules.MethodOptions("pgd.steps=20");
    private static readonly Option<ulong> Seed = OptionRules.Seed();
    private static readonly Option<int?> Limit = new("--limit") { Description = "Use this many queries, evenly spread over the data set", HelpName = "N" };
    private static readonly Option<int> Bootstrap = new("--bootstrap")
    {
        Description = "Resamples for the 95 % intervals, by identity, 0 to 10000",
        HelpName = "N",
        DefaultValueFactory = _ => 1000,
    };

    private static readonly Option<string?> Precision = new("--average-precision")
    {
        Description = "Average precision by rectangle or trapezoid, which give different numbers [default: the protocol's own, docs/protocols.md]",
        HelpName = "RULE",
    };

    private static readonly Option<bool> Rescale = new("--rescale") { Description = "Allow a generator trained for another epsilon, its perturbation scaled" };
    private static readonly Option<string[]> Surrogates = new("--surrogate")
    {
        Description = "Make the attacks on this model and score them on --model: transfer, for an attacker who does not know the network; repeated, iterative attacks are made on the mean of the losses of all [default: --model itself]",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<bool> AllowTrained = new("--allow-trained-queries") { Description = "Attack images that a generator was trained on, too; without it such an image fails the run" };
    private static readonly Option<bool> Survival = new("--survival")
    {
        Description = "Score clean and adversarial images again after JPEG, resizing, blur, fewer bits and a crop, and name the strongest of these defences",
    };

    private static readonly Option<bool> Saliency = new("--saliency")
    {
        Description = "Measure whether each change lies where the attacked network looks: its correlation with the gradient of the feature distance, beside that with the image's edges",
    };

    private static readonly Option<string?> Manifest = ManifestOption.Create("evaluation");
    private static readonly PerceptualOptions Perceptual = new();
    private static readonly Option<string> Out = OptionRules.Folder("--out", "New folder for report.html, report.json, manifest.json and the adversarial images");
    private static readonly Option<bool> Replace = new("--replace") { Description = "Write over an earlier evaluation in the folder" };

    public static Command Create()
    {
        var command = new SessionCommand(Name, """
            Scores retrieval by a protocol of the field, clean and under attack, on the same queries. What is scored is what was saved:
            each adversarial image is written as PNG, read again, checked against epsilon and the original, and only then extracted.

            'mAP lost' is (clean - adversarial) / (clean - chance): 1 is no better than a random order. 'swapped' is the same with each
            perturbation moved to another image: a universal pattern loses as much, an image-specific one loses less.

            Protocols:
              leave-one-out   a folder a class, LFW or dataset.csv; every image ranks all others of the gallery (adversarial query, clean gallery)
              market1501, dukemtmc-reid, msmt17, cuhk03   person re-identification, in their own layouts or dataset.csv
              oxford-paris, revisited-easy, revisited-medium, revisited-hard   landmarks, the query cut to its box
            'uaagan datasets check --help' has the layouts, docs/protocols.md the rules.

            Examples:
              uaagan evaluate --model mobilenet_v2 --data food7/ --protocol leave-one-out --out clean/
              uaagan evaluate --model osnet_x0_25 --data market/ --protocol market1501 --epsilon 8/255 --attack uaa-gan:market --attack pgd --attack random-sign --option pgd.steps=20 --out report/
              uaagan evaluate --manifest report/manifest.json --out again/       (the same once more: every number but times must come out the same)
            """, Run);
        foreach (var option in (Option[])[Model, Data, Layout, Protocol, Queries, Attacks, Epsilon, Box, Side, PerturbedGallery, Options, Seed, Limit, Bootstrap, Precision, Rescale, Surrogates, Survival, Saliency, .. Perceptual.All, AllowTrained, Manifest, Out, Replace]) command.Options.Add(option);
        Side.AcceptOnlyFromAmong("query", "gallery");
        Bootstrap.Between(0, 10000);
        Precision.AcceptOnlyFromAmong("rectangle", "trapezoid");
        Limit.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int?>() is < 1) result.AddError("--limit must be at least 1.");
        });
        Manifest.Answers(command, [Model, Data, Protocol], [Out, Replace]);
        Perceptual.Check(command);
        command.Validators.Add(result =>
        {
            if (result.GetResult(PerturbedGallery) is not null && result.GetValue(Side) != "gallery") result.AddError("--perturbed-gallery needs --side gallery.");
            if (result.GetResult(Attacks) is { Implicit: false } && result.GetResult(Epsilon) is null) result.AddError("--attack needs --epsilon, such as --epsilon 8/255.");
            if (Perceptual.All.FirstOrDefault(option => result.GetResult(option) is not null) is { } lpips && result.GetResult(Attacks) is not { Implicit: false })
                result.AddError($"{lpips.Name} needs --attack: clean images are their own originals.");
        });
        return command;
    }

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        var output = Path.GetFullPath(session.Options.GetRequiredValue(Out));
        var first = session.Options.GetValue(Manifest) is { } file ? await RecordedRun.Read(file, Name, output, cancellationToken) : null;
        var settings = first is null ? null : first.As<RecordedEvaluation>(first.Run);
        var plan = settings is null ? Plan(session, output) with { Perceptual = await Perceptual.Read(session.Options, cancellationToken) } : settings.Plan(first!.Data, await first.Data.Read(cancellationToken), output);
        await OutputFolder.Fresh(plan.OutputFolder, Name, ["images"], session.Options.GetValue(Replace), cancellationToken);
        await using var services = await session.Services(
            cancellationToken,
            plan.Attacks.Count > 0
                ? [ServiceKind.FeatureExtraction, ServiceKind.Perturbation, ServiceKind.RetrievalScoring]
                : [ServiceKind.FeatureExtraction, ServiceKind.RetrievalScoring]);
        if (settings is not null) await settings.Check(services, cancellationToken);
        var manifest = new RunManifest
        {
            Command = Name,
            Arguments = session.Arguments,
            Complete = false,
            Data = first?.Data ?? await DataRecord.Of(plan, cancellationToken),
            Run = RunManifest.Node(new { data = Path.GetFullPath(plan.DataFolder) }),
        };
        await manifest.Write(plan.OutputFolder, cancellationToken);
        plan = plan with { Data = await QueryCrop.Make(plan.Data, Path.Combine(plan.OutputFolder, "images", "queries"), cancellationToken) };
        var result = await session.Terminal.WithProgress(bars => new EvaluationRun(services, plan, bars).Execute(cancellationToken));
        var json = EvaluationJson.Of(result);
        var name = new DirectoryInfo(plan.DataFolder).Name;
        var title = $"{result.Model.Name} on {name}";
        var scenario = await EvaluationOutputs.Scenario(services, result, name, title, Describe(plan), cancellationToken);
        manifest = manifest with { Complete = true, Run = EvaluationOutputs.Manifest(result), Result = RunManifest.Node(json) };
        await EvaluationOutputs.Write(plan.OutputFolder, $"UaaGan: {title}", [scenario], manifest, cancellationToken);
        first?.RequireSame(manifest.Run, manifest.Result);
        if (session.Terminal.Json) session.Terminal.WriteJson(json);
        EvaluationTable.Show(session.Terminal, result);
        if (first is not null) session.Terminal.Show($"Every number but times is that of {first.Path}.");
        session.Terminal.Show($"Report: {Path.Combine(plan.OutputFolder, "report.html")} ({Formats.Seconds(result.Seconds)})");
        return ExitCodes.Success;
    }

    private static EvaluationPlan Plan(Session session, string output)
    {
        var options = session.Options;
        var folder = options.GetRequiredValue(Data);
        var data = UaaGan.Retrieval.Datasets.Read(options.GetRequiredValue(Protocol)!, folder, options.GetValue(Queries), options.GetValue(Layout));
        if (options.GetValue(Limit) is { } limit) data = data with { Queries = EvaluationPlan.Spread(data.Queries, limit) };
        return new EvaluationPlan
        {
            Model = Session.Model(options.GetRequiredValue(Model)),
            Data = data,
            DataFolder = folder,
            Layout = options.GetValue(Layout),
            Attacks = AttackSpec.Parse(options.GetRequiredValue(Attacks), options.GetRequiredValue(Options)),
            Epsilon = options.GetValue(Epsilon),
            Box = options.GetValue(Box),
            Side = options.GetValue(Side) == "gallery" ? AttackedSide.Gallery : AttackedSide.Query,
            PerturbedGallery = options.GetValue(PerturbedGallery) is { } list ? UaaGan.Retrieval.Datasets.Listed(data.Gallery, folder, list) : null,
            Seed = options.GetValue(Seed),
            BootstrapSamples = options.GetValue(Bootstrap),
            AveragePrecision = options.GetValue(Precision) is { } rule ? Enum.Parse<UaaGan.Protos.Retrieval.V1.AveragePrecision>(rule, ignoreCase: true) : default,
            Rescale = options.GetValue(Rescale),
            Surrogates = [.. options.GetRequiredValue(Surrogates).Select(Session.Model)],
            Survival = options.GetValue(Survival),
            Saliency = options.GetValue(Saliency),
            AllowTrainedQueries = options.GetValue(AllowTrained),
            OutputFolder = output,
        };
    }

    private static string Describe(EvaluationPlan plan) => string.Create(CultureInfo.InvariantCulture,
        $"{plan.Data.Queries.Count} queries of {plan.Data.Queries.Select(q => q.Identity).Distinct().Count()} identities against a gallery of {plan.Data.Gallery.Count} images.");
}
