using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>Where the adversarial twin of each image is saved: its relative path with the extension .png.</summary>
internal static class OutputNames
{
    /// <summary>Relative paths by id. Where a.jpg and a.png would meet, both keep their extension: a.jpg.png and a.png.png.</summary>
    public static IReadOnlyDictionary<string, string> For(IEnumerable<DatasetEntry> images) => images
        .GroupBy(image => Path.ChangeExtension(image.Id, ".png"), StringComparer.Ordinal)
        .SelectMany(group => group.Count() == 1
            ? group.Select(image => (image.Id, Name: group.Key))
            : group.Select(image => (image.Id, Name: image.Id + ".png")))
        .ToDictionary(pair => pair.Id, pair => pair.Name, StringComparer.Ordinal);
}
