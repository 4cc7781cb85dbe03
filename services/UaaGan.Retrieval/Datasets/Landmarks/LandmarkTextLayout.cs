using System.Globalization;

namespace UaaGan.Retrieval;

/// <summary>
/// Oxford5k and Paris6k as first published (Philbin, Chum, Isard, Sivic, Zisserman, CVPR 2007 and 2008): for each query NAME_query.txt with
/// an image and a box, and lists of images NAME_good.txt, NAME_ok.txt and NAME_junk.txt. Every image is gallery, the queries' own too.
/// </summary>
internal sealed class LandmarkTextLayout : IDatasetLayout
{
    private const string QuerySuffix = "_query.txt";

    /// <summary>What Oxford's query files put before an image's name.</summary>
    private const string OxfordPrefix = "oxc1_";

    public string Name => "oxford-paris";

    public string Description => "NAME_query.txt, NAME_good.txt, NAME_ok.txt, NAME_junk.txt at any depth, and the images at any depth";

    public IReadOnlyList<string> Protocols => [RankingProtocols.OxfordParis];

    public bool Matches(string folder) => QueryFiles(folder).Any();

    public DatasetContents Read(string folder)
    {
        var faults = new DatasetFaults();
        string[] files = [.. QueryFiles(folder).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw DatasetFaults.Failure("GROUND_TRUTH_NOT_FOUND", folder, $"There is no file *{QuerySuffix} under '{folder}'.");
        var images = new LandmarkImages(folder, faults);
        var queries = new SortedDictionary<string, DatasetEntry>(Utf8Order.Instance);
        var truths = new Dictionary<string, QueryTruth>(StringComparer.Ordinal);
        foreach (string file in files)
        {
            string name = Path.GetFileName(file)[..^QuerySuffix.Length];
            if (Query(file, name, images, faults) is not { } query) continue;
            var seen = new HashSet<string>(StringComparer.Ordinal);
            string[] Of(string kind) => Listed(file[..^QuerySuffix.Length] + kind, images, seen, faults);
            var truth = new QueryTruth([.. Of("_good.txt"), .. Of("_ok.txt")], [], Of("_junk.txt"));
            if (queries.TryAdd(name, query)) truths.Add(name, truth);
            else faults.Add("GROUND_TRUTH_REPEATS", file, $"The query '{name}' is there twice.");
        }

        return new DatasetContents
        {
            Layout = Name,
            Folder = folder,
            Protocols = Protocols,
            Queries = [.. queries.Values],
            Gallery = images.All,
            Truth = truths,
            TextFiles = [.. files.SelectMany(file => ((string[])[QuerySuffix, "_good.txt", "_ok.txt", "_junk.txt"]).Select(kind => file[..^QuerySuffix.Length] + kind))],
            Faults = faults.All,
        };
    }

    private static IEnumerable<string> QueryFiles(string folder) => DatasetFiles.Under(folder).Where(file => file.EndsWith(QuerySuffix, StringComparison.Ordinal));

    private static DatasetEntry? Query(string file, string name, LandmarkImages images, DatasetFaults faults)
    {
        string[] parts = File.ReadAllText(file).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        double[] edges = [.. parts.Skip(1).Select(part => double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double edge) ? edge : double.NaN)];
        if (edges is not [var left, var top, var right, var bottom] || !edges.All(double.IsFinite) || left >= right || top >= bottom)
        {
            faults.Add("GROUND_TRUTH_INVALID", file, $"'{file}' must be an image and its box, such as oxc1_all_souls_000013 136.5 34.1 648.5 955.7.");
            return null;
        }

        string image = !images.Has(parts[0]) && parts[0].StartsWith(OxfordPrefix, StringComparison.Ordinal) ? parts[0][OxfordPrefix.Length..] : parts[0];
        return images.Find(image, file) is { } entry ? entry with { Id = name, Identity = Landmark(name), Box = new PixelBox(left, top, right, bottom) } : null;
    }

    /// <summary>all_souls of all_souls_1: queries of one landmark are resampled together.</summary>
    private static string Landmark(string name) => name.LastIndexOf('_') is var end and > 0 ? name[..end] : name;

    private static string[] Listed(string file, LandmarkImages images, HashSet<string> seen, DatasetFaults faults)
    {
        if (!File.Exists(file))
        {
            faults.Add("GROUND_TRUTH_NOT_FOUND", file, $"There is no '{file}', which a query needs; it may be empty.");
            return [];
        }

        List<string> ids = [];
        foreach (string name in File.ReadLines(file).Select(line => line.Trim()).Where(line => line.Length > 0))
        {
            if (!seen.Add(name)) faults.Add("GROUND_TRUTH_REPEATS", file, $"'{file}' has '{name}', which is listed before for the same query.");
            else if (images.Find(name, file) is { } entry) ids.Add(entry.Id);
        }

        return [.. ids];
    }
}
