using System.CommandLine;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Client;

namespace UaaGan.Cli.Commands;

/// <summary><c>extract</c>: features of a folder of images, as a NumPy matrix.</summary>
internal static class ExtractCommand
{
    private static readonly Option<string> Model = OptionRules.Model();
    private static readonly Option<string> Images = OptionRules.Folder("--images", "Folder of images, at any depth");
    private static readonly Option<string?> ListFile = OptionRules.ListFile("--list", "File that lists the images to use, one path relative to the folder a line");
    private static readonly Option<string> Out = new("--out") { Description = "The matrix; ids and the model go beside it, into FILE with .json for .npy", HelpName = "FILE.npy", Required = true };

    public static Command Create()
    {
        var command = new SessionCommand("extract", """
            Extracts the deep feature of every image: a float32 matrix with a row an image, in the order of the ids in the .json beside it.
            An image that fails has no row, is listed under "failed", and makes the exit code 1.

            Example:
              uaagan extract --model osnet_x0_25 --images gallery/ --out gallery.npy
              python3 -c "import json, numpy; print(numpy.load('gallery.npy').shape, json.load(open('gallery.json'))['ids'][:3])"
            """, Run);
        foreach (var option in (Option[])[Model, Images, ListFile, Out]) command.Options.Add(option);
        return command;
    }

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        var matrix = Path.GetFullPath(session.Options.GetRequiredValue(Out));
        if (Path.GetExtension(matrix) != ".npy") throw CliException.WrongUse($"--out '{session.Options.GetRequiredValue(Out)}' must end in .npy.");
        var images = UaaGan.Retrieval.Datasets.Images(session.Options.GetRequiredValue(Images), session.Options.GetValue(ListFile));
        Directory.CreateDirectory(Path.GetDirectoryName(matrix)!);

        await using var services = await session.Services(cancellationToken, ServiceKind.FeatureExtraction);
        var model = await services.Features.GetModel(Session.Model(session.Options.GetRequiredValue(Model)), cancellationToken);
        var (features, failed) = await session.Terminal.WithProgress(async bars =>
        {
            var bar = bars.Add($"{model.Name}: features", images.Count);
            var unread = new List<FailedItem>();
            var run = await FeatureRun.Extract(
                services.Features, new() { Name = model.Name, Version = model.Version }, ImageFiles.Read(images, unread, cancellationToken),
                () => bar.Increment(1), cancellationToken);
            run.Failed.AddRange(unread);
            return run;
        });

        var ids = images.Select(image => image.Id).Where(features.ContainsKey).ToList();
        NpyWriter.Write(matrix, [.. ids.Select(id => features[id].ToArray())], (int)model.FeatureDimension);
        var sidecar = Path.ChangeExtension(matrix, ".json");
        await JsonFormat.WriteFile(sidecar, new { model = model.Name, model_version = model.Version, weights_sha256 = model.WeightsSha256, dimension = model.FeatureDimension, ids, failed }, cancellationToken);
        if (session.Terminal.Json)
        {
            session.Terminal.WriteJson(new
            {
                model = model.Name,
                model_version = model.Version,
                weights_sha256 = model.WeightsSha256,
                dimension = model.FeatureDimension,
                images = ids.Count,
                failed,
                matrix,
                ids = sidecar,
            });
        }
        else
        {
            session.Terminal.Show(FormattableString.Invariant($"{ids.Count} features of {model.FeatureDimension} components: {matrix}; their ids: {sidecar}"));
        }

        if (failed.Count == 0) return ExitCodes.Success;
        session.Terminal.Error(FormattableString.Invariant($"{failed.Count} of {images.Count} images have no feature:\n{FailedItem.List(failed)}"));
        return ExitCodes.Failure;
    }
}
