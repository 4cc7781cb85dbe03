using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Reads data sets from folders: which images there are and what their paths say, never their pixels.</summary>
public static class Datasets
{
    /// <summary>Reads a data set for a ranking protocol.</summary>
    /// <param name="protocol">
    /// <c>leave-one-out</c>: a folder a class, images at any depth under it; all images are gallery, and all or the listed ones are
    /// queries. <c>market1501</c>: <c>query/</c>, <c>bounding_box_test/</c> and, for training, <c>bounding_box_train/</c>.
    /// </param>
    /// <param name="folder">The data set's folder.</param>
    /// <param name="queriesList">A file that lists the queries, one path relative to <paramref name="folder"/> a line; null: all.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT, naming the folder, line or file at fault.</exception>
    public static RetrievalDataset Read(string protocol, string folder, string? queriesList = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        return RankingProtocols.Get(protocol).Name == RankingProtocols.Market1501 ? ReadMarket(folder, queriesList) : ReadClasses(folder, queriesList);
    }

    /// <summary>The images under a folder, at any depth, without labels; for training and attacking.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="listFile">A file that lists those wanted, one path relative to <paramref name="folder"/> a line; null: all.</param>
    /// <returns>The images ordered by id, at least one.</returns>
    /// <exception cref="FailureException">INVALID_ARGUMENT, naming the folder, line or file at fault.</exception>
    public static IReadOnlyList<DatasetEntry> Images(string folder, string? listFile = null)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var images = ReadSome(folder);
        var listed = listFile is null ? null : ImageList.Read(listFile, folder, images);
        return [.. images.Where(image => listed is null || listed.Contains(image.Key)).Select(image => new DatasetEntry(image.Key, image.Value, "", ""))];
    }

    /// <summary>Those of the images that a list names.</summary>
    /// <param name="entries">Images of the folder.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="listFile">The list, one path relative to <paramref name="folder"/> a line.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT, naming the line or file at fault.</exception>
    public static IReadOnlyList<DatasetEntry> Listed(IReadOnlyList<DatasetEntry> entries, string folder, string listFile)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var listed = ImageList.Read(listFile, folder, entries.ToDictionary(entry => entry.Id, entry => entry.Path));
        return [.. entries.Where(entry => listed.Contains(entry.Id))];
    }

    private static RetrievalDataset ReadClasses(string folder, string? queriesList)
    {
        var images = ReadSome(folder);
        var gallery = images.Select(image => new DatasetEntry(image.Key, image.Value, ClassOf(image.Key, folder), "")).ToList();
        if (queriesList is null) return new RetrievalDataset(RankingProtocols.LeaveOneOut, gallery, gallery, []);

        var listed = ImageList.Read(queriesList, folder, images);
        return new RetrievalDataset(
            RankingProtocols.LeaveOneOut,
            [.. gallery.Where(entry => listed.Contains(entry.Id))],
            gallery,
            [.. gallery.Where(entry => !listed.Contains(entry.Id)).Select(Unlabelled)]);
    }

    private static string ClassOf(string id, string folder)
    {
        int slash = id.IndexOf('/', StringComparison.Ordinal);
        return slash > 0
            ? id[..slash]
            : throw Fault("IMAGE_WITHOUT_CLASS", $"'{id}' lies directly in '{folder}'; leave-one-out needs a folder for each class, with its images inside.", folder);
    }

    private static RetrievalDataset ReadMarket(string folder, string? queriesList)
    {
        // Read for its complaint alone when the folder itself is missing or is a file.
        if (!Directory.Exists(folder)) _ = ImageFolder.Read(folder);

        var queries = ReadMarketPart(folder, "query");
        var gallery = ReadMarketPart(folder, "bounding_box_test");
        var training = Directory.Exists(Path.Combine(folder, "bounding_box_train")) ? ReadMarketPart(folder, "bounding_box_train").ConvertAll(Unlabelled) : [];
        if (queriesList is not null)
        {
            var listed = ImageList.Read(queriesList, folder, queries.ToDictionary(entry => entry.Id, entry => entry.Path));
            queries.RemoveAll(entry => !listed.Contains(entry.Id));
        }

        return new RetrievalDataset(RankingProtocols.Market1501, queries, gallery, training);
    }

    private static List<DatasetEntry> ReadMarketPart(string folder, string part)
    {
        string path = Path.Combine(folder, part);
        if (!Directory.Exists(path))
        {
            throw Fault("MARKET_FOLDER_MISSING", $"'{folder}' has no folder '{part}'; market1501 needs 'query' and 'bounding_box_test'.", folder);
        }

        return
        [
            .. ReadSome(path).Select(image =>
            {
                var (identity, camera) = MarketFileName.Parse($"{part}/{image.Key}");
                return new DatasetEntry($"{part}/{image.Key}", image.Value, identity, camera);
            }),
        ];
    }

    private static SortedDictionary<string, string> ReadSome(string folder)
    {
        var images = ImageFolder.Read(folder);
        return images.Count > 0
            ? images
            : throw Fault("NO_IMAGES", $"There is no image under '{folder}'; an image ends in one of {ImageFolder.KnownExtensions}.", folder);
    }

    private static DatasetEntry Unlabelled(DatasetEntry entry) => entry with { Identity = "", Camera = "" };

    private static FailureException Fault(string reason, string message, string folder) =>
        new(FailureKind.InvalidArgument, reason, message) { Metadata = new Dictionary<string, string> { ["folder"] = folder } };
}
