using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>The layouts of data sets by name.</summary>
public static class DatasetLayouts
{
    // The folder a class comes last: every folder of folders looks like it.
    private static readonly IDatasetLayout[] All =
    [
        new CsvLayout(),
        new RevisitedLayout(),
        new Msmt17Layout(),
        new LandmarkTextLayout(),
        new Cuhk03Layout(Cuhk03Layout.Detected),
        new Cuhk03Layout(Cuhk03Layout.Labeled),
        new Cuhk03Layout(Cuhk03Layout.Either),
        new PersonLayout(PersonFileNames.DukeMtmc),
        new PersonLayout(PersonFileNames.Market1501),
        new LfwLayout(),
        new ClassFolderLayout(),
    ];

    /// <summary>The names that <see cref="Read"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(layout => layout.Name)];

    /// <summary>Name and description of each.</summary>
    public static IReadOnlyList<(string Name, string Description)> Descriptions { get; } = [.. All.Select(layout => (layout.Name, layout.Description))];

    /// <summary>Reads what the files of a data set say.</summary>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="layout">One of <see cref="Names"/>; null: the first that the folder looks like.</param>
    /// <param name="protocol">The ranking protocol that is to score it; null: any.</param>
    /// <exception cref="FailureException">
    /// INVALID_ARGUMENT: an unknown layout, one that the protocol can't score, or a folder that holds nothing of it.
    /// </exception>
    public static DatasetContents Read(string folder, string? layout = null, string? protocol = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        CheckFolder(folder);
        if (protocol is null) return (layout is null ? All.First(known => known.Matches(folder)) : Get(layout)).Read(folder);
        if (layout is not null)
        {
            var forced = Get(layout);
            return forced.Protocols.Contains(protocol)
                ? forced.Read(folder)
                : throw DatasetFaults.Failure(
                    "LAYOUT_WITHOUT_PROTOCOL", folder, $"The layout {layout} can't be scored by {protocol}; it can by {string.Join(", ", forced.Protocols)}.");
        }

        IDatasetLayout[] able = [.. All.Where(known => known.Protocols.Contains(protocol))];
        return (Array.Find(able, known => known.Matches(folder)) ?? able[^1]).Read(folder);
    }

    private static IDatasetLayout Get(string name) =>
        Array.Find(All, layout => layout.Name == name)
        ?? throw new FailureException(FailureKind.InvalidArgument, "UNKNOWN_LAYOUT", $"There is no layout '{name}'; there are {string.Join(", ", Names)}.")
        {
            Field = "layout",
            Metadata = new Dictionary<string, string> { ["layout"] = name },
        };

    private static void CheckFolder(string folder)
    {
        if (Directory.Exists(folder)) return;
        throw File.Exists(folder)
            ? DatasetFaults.Failure("FOLDER_IS_A_FILE", folder, $"'{folder}' is a file; give the folder that holds the images.")
            : DatasetFaults.Failure("FOLDER_NOT_FOUND", folder, $"There is no folder '{folder}'.");
    }
}
