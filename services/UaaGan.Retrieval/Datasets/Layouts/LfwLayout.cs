namespace UaaGan.Retrieval;

/// <summary>
/// Labeled Faces in the Wild (Huang, Ramesh, Berg, Learned-Miller, 2007): a folder a person with NAME_0001.jpg, ..., and pairs.txt or
/// pairsDevTest.txt. Every image is gallery and query of leave-one-out; the pairs are for verification.
/// </summary>
internal sealed class LfwLayout : IDatasetLayout
{
    private static readonly string[] Lists = ["pairs.txt", "pairsDevTest.txt", "pairsDevTrain.txt"];

    public string Name => "lfw";

    public string Description => "a folder for each person, NAME/NAME_0001.jpg, directly or in one folder such as lfw/, and pairs.txt or pairsDevTest.txt";

    public IReadOnlyList<string> Protocols => [RankingProtocols.LeaveOneOut];

    public bool Matches(string folder) => List(folder) is not null;

    public DatasetContents Read(string folder)
    {
        string list = List(folder) ?? throw DatasetFaults.Failure("LFW_PAIRS_MISSING", folder, $"'{folder}' has none of {string.Join(", ", Lists)}.");
        var faults = new DatasetFaults();
        var entries = new List<DatasetEntry>();
        var byName = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, path) in ImageFolder.ReadSome(folder))
        {
            string[] parts = id.Split('/');
            string name = Path.GetFileNameWithoutExtension(id);
            if (parts.Length < 2) faults.Add("IMAGE_WITHOUT_CLASS", id, $"'{id}' lies directly in '{folder}'; LFW has a folder for each person.");
            else if (!byName.TryAdd(name, id)) faults.Add("LFW_TWO_COPIES", id, $"'{id}' and '{byName[name]}' have the same name; keep one copy of the images in the folder.");
            else entries.Add(new DatasetEntry(id, path, parts[^2], ""));
        }

        return new DatasetContents
        {
            Layout = Name,
            Folder = folder,
            Protocols = Protocols,
            Queries = entries,
            Gallery = entries,
            Pairs = new LfwPairs(list, byName, faults).Read(),
            TextFiles = [.. Lists.Select(name => Path.Combine(folder, name)).Where(File.Exists)],
            Faults = faults.All,
        };
    }

    private static string? List(string folder) => Lists.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
