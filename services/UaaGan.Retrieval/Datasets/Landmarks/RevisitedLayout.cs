namespace UaaGan.Retrieval;

/// <summary>
/// Revisited Oxford and Paris, or the old ones, with the ground truth in one file: gnd_NAME.pkl as published or gnd_NAME.json. The gallery
/// is the images of imlist, wherever they lie in the folder.
/// </summary>
internal sealed class RevisitedLayout : IDatasetLayout
{
    public string Name => "revisited";

    public string Description => "gnd_*.pkl or gnd_*.json, and the images it names at any depth";

    public IReadOnlyList<string> Protocols => [.. RankingProtocols.Revisited, RankingProtocols.OxfordParis];

    public bool Matches(string folder) => Files(folder).Length > 0;

    public DatasetContents Read(string folder)
    {
        // The same ground truth in both forms is one.
        string[] files = [.. Files(folder).DistinctBy(Path.GetFileNameWithoutExtension)];
        if (files.Length != 1)
        {
            throw DatasetFaults.Failure(
                "GROUND_TRUTH_AMBIGUOUS", folder, $"'{folder}' has {files.Length} ground truths{(files.Length == 0 ? "" : $" ({string.Join(", ", files.Select(Path.GetFileName))})")}; it must have one gnd_*.pkl or gnd_*.json.");
        }

        string name = Path.GetFileName(files[0]);
        var truth = LandmarkFile.Read(files[0]);
        var faults = new DatasetFaults();
        var images = new LandmarkImages(folder, faults);
        DatasetEntry?[] rows = [.. truth.Images.Select(image => images.Find(image, name))];
        var queries = new SortedDictionary<string, DatasetEntry>(Utf8Order.Instance);
        var truths = new Dictionary<string, QueryTruth>(StringComparer.Ordinal);
        foreach (var query in truth.Queries)
        {
            if (images.Find(query.Image, name) is not { } image) continue;
            if (!queries.TryAdd(query.Name, image with { Id = query.Name, Identity = query.Name, Box = query.Box }))
                faults.Add("GROUND_TRUTH_REPEATS", files[0], $"'{name}' has the query '{query.Name}' twice.");
            else truths.Add(query.Name, new QueryTruth(Ids(query.Truth.Easy), Ids(query.Truth.Hard), Ids(query.Truth.Junk)));
        }

        return new DatasetContents
        {
            Layout = Name,
            Folder = folder,
            Protocols = truth.IsRevisited ? RankingProtocols.Revisited : [RankingProtocols.OxfordParis],
            Queries = [.. queries.Values],
            Gallery = [.. rows.OfType<DatasetEntry>().OrderBy(entry => entry.Id, Utf8Order.Instance)],
            Truth = truths,
            TextFiles = Files(folder),
            Faults = faults.All,
        };

        string[] Ids(IReadOnlyList<int> places) => [.. places.Select(place => rows[place]).OfType<DatasetEntry>().Select(entry => entry.Id)];
    }

    private static string[] Files(string folder) =>
        [.. Directory.EnumerateFiles(folder, "gnd_*").Where(file => Path.GetExtension(file) is ".pkl" or ".json").Order(StringComparer.Ordinal)];
}
