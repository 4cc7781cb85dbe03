namespace UaaGan.Retrieval;

/// <summary>Market-1501 and those that follow it: query/, bounding_box_test/ and, for training, bounding_box_train/.</summary>
internal sealed class PersonLayout(PersonFileNames names) : IDatasetLayout
{
    private const string Query = "query", Gallery = "bounding_box_test", Train = "bounding_box_train";

    public string Name => names.Layout;

    public string Description => $"{Query}/, {Gallery}/ and {Train}/ with names {names.Form}";

    public IReadOnlyList<string> Protocols => names.Protocols;

    /// <summary>Whether a folder has the folders, and its first query, if it has any, such a name; without a name it is Market-1501's.</summary>
    public bool Matches(string folder)
    {
        if (!Directory.Exists(Path.Combine(folder, Gallery))) return false;
        string? first = Directory.Exists(Path.Combine(folder, Query))
            ? Directory.EnumerateFiles(Path.Combine(folder, Query)).Select(Path.GetFileNameWithoutExtension).FirstOrDefault(name => !name!.StartsWith('.'))
            : null;
        return names == PersonFileNames.Market1501 || (first is not null && names.Pattern.IsMatch(first));
    }

    public DatasetContents Read(string folder) => Read(folder, "", Name);

    /// <param name="folder">The data set's folder.</param>
    /// <param name="inner">Where the three folders lie in it, with a '/' at the end; empty: directly.</param>
    /// <param name="layout">Name of the layout.</param>
    public DatasetContents Read(string folder, string inner, string layout)
    {
        var faults = new DatasetFaults();
        var training = Directory.Exists(Path.Combine(folder, inner + Train)) ? Part(folder, inner + Train, faults).ConvertAll(Datasets.Unlabelled) : [];
        return new DatasetContents
        {
            Layout = layout,
            Folder = folder,
            Protocols = Protocols,
            Queries = Part(folder, inner + Query, faults),
            Gallery = Part(folder, inner + Gallery, faults),
            Training = training,
            Faults = faults.All,
        };
    }

    private List<DatasetEntry> Part(string folder, string part, DatasetFaults faults)
    {
        string path = Path.Combine(folder, part);
        if (!Directory.Exists(path))
        {
            throw DatasetFaults.Failure("MARKET_FOLDER_MISSING", folder, $"'{folder}' has no folder '{part}'; {Name} needs '{Query}' and '{Gallery}'.");
        }

        var entries = new List<DatasetEntry>();
        foreach (var image in ImageFolder.ReadSome(path))
        {
            string id = $"{part}/{image.Key}";
            var entry = faults.Try(() =>
            {
                var (identity, camera) = names.Parse(id);
                return new DatasetEntry(id, image.Value, identity, camera);
            });
            if (entry is not null) entries.Add(entry);
        }

        return entries;
    }
}
