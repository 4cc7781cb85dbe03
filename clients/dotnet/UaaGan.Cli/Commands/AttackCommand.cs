using System.CommandLine;
using System.Text.Json.Nodes;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Imaging;
using UaaGan.Protos.Features.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Commands;

/// <summary><c>attack</c>: adversarial twins of a folder of images.</summary>
internal static class AttackCommand
{
    private static readonly Option<string> Model = OptionRules.Model();
    private static readonly Option<string> Attack = new("--attack") { Description = "METHOD, such as pgd, METHOD:GENERATOR, such as uaa-gan:mine, or METHOD@GUIDE, such as tma@tower.jpg (see: uaagan methods)", HelpName = "A", Required = true };
    private static readonly Option<string> Images = OptionRules.Folder("--images", "Folder of images, at any depth");
    private static readonly Option<string?> ListFile = OptionRules.ListFile("--list", "File that lists the images to use, one path relative to the folder a line");
    private static readonly Option<Epsilon> Epsilon = OptionRules.Epsilon();
    private static readonly Option<ImageBox?> Box = OptionRules.Box();
    private static readonly Option<string> Out = OptionRules.Folder("--out", "New folder; an interrupted run with the same settings is resumed");
    private static readonly Option<string[]> Options = OptionRules.MethodOptions("steps=20");
    private static readonly Option<ulong> Seed = OptionRules.Seed();
    private static readonly Option<bool> Rescale = new("--rescale") { Description = "Allow a generator trained for another epsilon, its perturbation scaled" };

    public static Command Create()
    {
        var command = new SessionCommand("attack", """
            Writes the adversarial twin of every image as PNG, under the image's own relative path, and manifest.json.
            Every file is read again and checked: no pixel off by more than epsilon. Failed images are listed and make the exit code 1.

            Examples:
              uaagan attack --model mobilefacenet --attack uaa-gan:faces --images portraits/ --epsilon 8/255 --out adversarial/
              uaagan attack --model osnet_x0_25 --attack pgd --option steps=40 --images query/ --epsilon 4/255 --out pgd/
            """, Run);
        foreach (var option in (Option[])[Model, Attack, Images, ListFile, Epsilon, Box, Out, Options, Seed, Rescale]) command.Options.Add(option);
        return command;
    }

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        var options = session.Options;
        var attack = AttackSpec.Parse([options.GetRequiredValue(Attack)], options.GetRequiredValue(Options))[0];
        var (epsilon, box) = (options.GetValue(Epsilon), options.GetValue(Box));
        var images = UaaGan.Retrieval.Datasets.Images(options.GetRequiredValue(Images), options.GetValue(ListFile));
        var folder = Path.GetFullPath(options.GetRequiredValue(Out));
        var earlier = await OutputFolder.Existing(folder, "attack", cancellationToken);

        await using var services = await session.Services(cancellationToken, ServiceKind.FeatureExtraction, ServiceKind.Perturbation);
        var model = await services.Features.GetModel(Session.Model(options.GetRequiredValue(Model)), cancellationToken);
        var settings = AttackRun.Settings(attack, [new() { Name = model.Name, Version = model.Version }], epsilon, options.GetValue(Seed), options.GetValue(Rescale), box);
        var run = await Describe(services, settings, box, attack, model, options.GetRequiredValue(Images), images, cancellationToken);
        if (earlier is not null) RequireSame(earlier, run, folder);
        Directory.CreateDirectory(folder);
        await new RunManifest { Command = "attack", Arguments = session.Arguments, Complete = false, Run = run }.Write(folder, cancellationToken);

        var names = OutputNames.For(images);
        var missing = images.Where(image => !File.Exists(Path.Combine(folder, names[image.Id]))).ToList();
        if (missing.Count < images.Count)
            session.Terminal.Note(FormattableString.Invariant($"Resuming: {images.Count - missing.Count} of {images.Count} images are done."));
        var (made, quality, checkedFiles) = await session.Terminal.WithProgress(async bars =>
        {
            var bar = bars.Add($"{attack.Label}: perturbing", images.Count);
            bar.Increment(images.Count - missing.Count);
            var result = await AttackRun.Execute(
                services.Perturbation, settings, missing, (id, png) => Files.Save(Path.Combine(folder, names[id]), png, cancellationToken),
                () => bar.Increment(1), cancellationToken);
            var (summary, files) = await Check(images, names, result.Failed, folder, attack, epsilon, box, bars, cancellationToken);
            return (result, summary, files);
        });

        var outcome = new
        {
            model = model.Name,
            method = attack.Method,
            attack.Generator,
            epsilon = epsilon.ToString(),
            images = images.Count,
            saved = quality.Count,
            psnr = quality.Count == 0 ? (double?)null : quality.PsnrDb,
            ssim = quality.Ssim,
            linf_255 = quality.LInfinity255,
            milliseconds_per_image = missing.Count == made.Failed.Count ? (double?)null : made.MillisecondsPerImage,
            failed = made.Failed,
            @out = folder,
        };
        await new RunManifest
        {
            Command = "attack",
            Arguments = session.Arguments,
            Complete = made.Failed.Count == 0,
            Run = run,
            Result = RunManifest.Node(new { summary = outcome, files = checkedFiles }),
        }.Write(folder, cancellationToken);
        if (session.Terminal.Json) session.Terminal.WriteJson(outcome);
        else
        {
            session.Terminal.Show(FormattableString.Invariant(
                $"{quality.Count} adversarial images in {folder}: L-infinity {quality.LInfinity255}/255, mean PSNR {Formats.Decibel(quality.PsnrDb)} dB, mean SSIM {(quality.Ssim is { } ssim ? Formats.Metric(ssim) : "n/a")}."));
        }

        if (made.Failed.Count == 0) return ExitCodes.Success;
        session.Terminal.Error(FormattableString.Invariant($"{made.Failed.Count} of {images.Count} images failed:\n{FailedItem.List(made.Failed)}"));
        return ExitCodes.Failure;
    }

    /// <summary>Everything that decides the files: two runs that agree here may share a folder.</summary>
    private static async Task<JsonNode> Describe(
        ServiceGroup services, PerturbSettings settings, ImageBox? box, AttackSpec attack, Model model, string imagesFolder, IReadOnlyList<DatasetEntry> images, CancellationToken cancellationToken)
    {
        var generator = attack.Generator is null ? null
            : await services.Perturbation.ListGenerators(cancellationToken).FirstOrDefaultAsync(g => g.Name == attack.Generator, cancellationToken);
        // Opened for the options as they will run, and to be refused before anything is written.
        await using var probe = await services.Perturbation.OpenPerturb(settings, cancellationToken: cancellationToken);
        return RunManifest.Node(new
        {
            model = RunManifest.OfModel(model),
            attack = new
            {
                attack.Method,
                settings.Epsilon,
                box = box?.ToString(),
                settings.Seed,
                settings.Rescale,
                options = probe.Accepted.Options.OrderBy(o => o.Key, StringComparer.Ordinal).ToDictionary(),
                generator = RunManifest.OfGenerator(generator),
                guide = RunManifest.OfGuide(attack.Guide),
            },
            data = new { folder = Path.GetFullPath(imagesFolder), images = images.Count, sha256 = await Hashes.Images(images, cancellationToken) },
        });
    }

    private static void RequireSame(JsonNode earlier, JsonNode now, string folder)
    {
        var different = now.AsObject().SelectMany(part => part.Value!.AsObject().Select(field => (Name: $"{part.Key}.{field.Key}", Now: field.Value, Then: earlier[part.Key]?[field.Key])))
            .Where(field => !JsonNode.DeepEquals(field.Now, field.Then)).Select(field => field.Name).ToList();
        if (different.Count > 0)
            throw new CliException($"'{folder}' holds another attack: {string.Join(", ", different)} differ{(different.Count == 1 ? "s" : "")}. Give another --out.");
    }

    private static async Task<(QualitySummary Summary, List<CheckedFile> Files)> Check(
        IReadOnlyList<DatasetEntry> images, IReadOnlyDictionary<string, string> names, IReadOnlyList<FailedItem> failed, string folder, AttackSpec attack, Epsilon epsilon, ImageBox? box,
        ProgressBars bars, CancellationToken cancellationToken)
    {
        var without = failed.Select(f => f.Id).ToHashSet(StringComparer.Ordinal);
        var bar = bars.Add($"{attack.Label}: checking the saved files", images.Count - without.Count);
        var summary = new QualitySummary();
        var files = new List<CheckedFile>();
        foreach (var image in images.Where(image => !without.Contains(image.Id)))
        {
            var path = Path.Combine(folder, names[image.Id]);
            var quality = SelfCheck.Compare(
                image.Id, attack.Label, await Files.Decode(image.Path, cancellationToken), await Files.Decode(path, cancellationToken), epsilon, box);
            summary.Add(quality);
            files.Add(new CheckedFile(image.Id, names[image.Id], await Hashes.File(path, cancellationToken), quality.PsnrDb, quality.Ssim, quality.LInfinity255));
            bar.Increment(1);
        }

        return (summary, files);
    }

    private sealed record CheckedFile(
        string Id, string File, string Sha256, double Psnr, double? Ssim, [property: System.Text.Json.Serialization.JsonPropertyName("linf_255")] int Linf255);
}
