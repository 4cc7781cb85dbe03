using System.Globalization;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Demo;

/// <summary>The user's own folder as a scenario.</summary>
internal static class OwnScenario
{
    private const int LongestName = 100;

    /// <param name="model">The target network.</param>
    /// <param name="folder">The labelled images.</param>
    /// <param name="protocol">The ranking protocol.</param>
    /// <param name="images">Folder of unlabelled images to train on; null: what the data set holds beside its queries.</param>
    /// <param name="epsilon">The budget.</param>
    /// <param name="seed">Seed of everything random.</param>
    /// <param name="minutes">Time for the training.</param>
    public static DemoScenarioPlan Prepare(
        ModelReference model, string folder, string protocol, string? images, Epsilon epsilon, ulong seed, double minutes)
    {
        var data = UaaGan.Retrieval.Datasets.Read(protocol, folder);
        var halved = images is null && data.Training.Count == 0;
        if (halved) data = Halve(data);
        var training = images is null ? data.Training : UaaGan.Retrieval.Datasets.Images(images);
        var name = new DirectoryInfo(folder).Name;
        return new DemoScenarioPlan
        {
            Name = name,
            Title = $"{model.Name} on {name}",
            Description = string.Create(CultureInfo.InvariantCulture,
                $"{data.Queries.Count} queries of {data.Queries.Select(q => q.Identity).Distinct().Count()} identities against a gallery of {data.Gallery.Count} images; the generator was trained on {training.Count} unlabelled images{(halved ? ", every second one of each class, none of them queried" : "")}."),
            Training = new TrainingSettings
            {
                Generator = GeneratorName(name),
                Model = model,
                Epsilon = epsilon.ToString(),
                Seed = seed,
                Minutes = minutes,
                Replace = true,
            },
            TrainingImages = training,
            Data = data,
            DataFolder = folder,
        };
    }

    /// <summary>Every second image of each class trains, the others are queried, so that no query was trained on.</summary>
    public static RetrievalDataset Halve(RetrievalDataset data)
    {
        var training = data.Queries.GroupBy(entry => entry.Identity, StringComparer.Ordinal)
            .SelectMany(group => group.Where((_, index) => index % 2 == 1)).Select(entry => entry.Id).ToHashSet(StringComparer.Ordinal);
        if (training.Count == 0)
            throw new CliException("Every class has one image only, so that no query would have a match; leave-one-out needs two at least.");
        return data with
        {
            Queries = [.. data.Queries.Where(entry => !training.Contains(entry.Id))],
            Training = [.. data.Queries.Where(entry => training.Contains(entry.Id)).Select(entry => entry with { Identity = "", Camera = "" })],
        };
    }

    /// <summary>demo- and the folder's name, in the characters that a generator's name may have.</summary>
    public static string GeneratorName(string folder)
    {
        var plain = string.Concat(folder.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '-'));
        return "demo-" + plain[..Math.Min(plain.Length, LongestName)];
    }
}
