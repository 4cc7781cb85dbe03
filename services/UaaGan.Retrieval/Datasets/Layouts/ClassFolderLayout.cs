namespace UaaGan.Retrieval;

/// <summary>A folder a class, images at any depth under it; every image is gallery and query.</summary>
internal sealed class ClassFolderLayout : IDatasetLayout
{
    public string Name => "folder-per-class";

    public string Description => "a folder for each class, its images at any depth inside";

    public IReadOnlyList<string> Protocols => [RankingProtocols.LeaveOneOut];

    public bool Matches(string folder) => true;

    public DatasetContents Read(string folder)
    {
        var faults = new DatasetFaults();
        var entries = new List<DatasetEntry>();
        foreach (var (id, path) in ImageFolder.ReadSome(folder))
        {
            int slash = id.IndexOf('/', StringComparison.Ordinal);
            if (slash > 0) entries.Add(new DatasetEntry(id, path, id[..slash], ""));
            else faults.Add("IMAGE_WITHOUT_CLASS", id, $"'{id}' lies directly in '{folder}'; leave-one-out needs a folder for each class, with its images inside.");
        }

        return new DatasetContents { Layout = Name, Folder = folder, Protocols = Protocols, Queries = entries, Gallery = entries, Faults = faults.All };
    }
}
