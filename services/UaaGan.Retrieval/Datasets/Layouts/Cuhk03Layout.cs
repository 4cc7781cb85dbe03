namespace UaaGan.Retrieval;

/// <summary>
/// CUHK03 (Li, Zhao, Xiao, Wang, CVPR 2014) under the new protocol, 767 and 700 people, as images: CUHK03-NP's folders detected/ and
/// labeled/, or what torchreid makes of the .mat file, images_detected/ and images_labeled/ with splits_new_*.json.
/// </summary>
/// <param name="boxes"><see cref="Detected"/>, <see cref="Labeled"/>, or <see cref="Either"/> where a folder holds only one of them.</param>
internal sealed class Cuhk03Layout(string boxes) : IDatasetLayout
{
    public const string Detected = "detected", Labeled = "labeled", Either = "";

    private static readonly PersonLayout Folders = new(PersonFileNames.Cuhk03);

    public string Name => boxes == Either ? "cuhk03" : $"cuhk03-{boxes}";

    public string Description => boxes == Either
        ? $"CUHK03's new protocol: a folder with {Folders.Description}; or one of those two, where a folder has only one"
        : $"CUHK03's new protocol: {boxes}/ with such folders, or torchreid's images_{boxes}/ and splits_new_{boxes}.json";

    public IReadOnlyList<string> Protocols => PersonFileNames.Cuhk03.Protocols;

    public bool Matches(string folder) => boxes == Either
        ? Folders.Matches(folder) || Has(folder, Detected) || Has(folder, Labeled) || MatlabFile(folder) is not null
        : Has(folder, boxes) && !Has(folder, boxes == Detected ? Labeled : Detected);

    public DatasetContents Read(string folder)
    {
        if (boxes != Either) return Read(folder, boxes);
        if (Folders.Matches(folder)) return Folders.Read(folder);
        return (Has(folder, Detected), Has(folder, Labeled), MatlabFile(folder)) switch
        {
            (true, true, _) => throw DatasetFaults.Failure(
                "CUHK03_BOXES_AMBIGUOUS", folder, $"'{folder}' has detected boxes and labeled ones, which are scored apart: choose cuhk03-{Detected} or cuhk03-{Labeled} as the layout."),
            (true, _, _) => Read(folder, Detected),
            (_, true, _) => Read(folder, Labeled),
            (_, _, { } matlab) => throw DatasetFaults.Failure(
                "CUHK03_MAT", matlab, $"'{matlab}' is a MATLAB file, which is not read; give its images: torchreid unpacks it to images_detected/, images_labeled/ and splits_new_*.json, and CUHK03-NP has the folders detected/ and labeled/."),
            _ => Folders.Read(folder),
        };
    }

    private static DatasetContents Read(string folder, string which)
    {
        if (Directory.Exists(Path.Combine(folder, which))) return Folders.Read(folder, $"{which}/", $"cuhk03-{which}");
        if (File.Exists(Splits(folder, which))) return new Cuhk03Splits(folder, $"images_{which}", Splits(folder, which)).Read($"cuhk03-{which}");
        throw DatasetFaults.Failure("CUHK03_MISSING", folder, $"'{folder}' has neither a folder '{which}' nor a file '{Path.GetFileName(Splits(folder, which))}'.");
    }

    private static bool Has(string folder, string which) =>
        Directory.Exists(Path.Combine(folder, which, "query")) || File.Exists(Splits(folder, which));

    private static string Splits(string folder, string which) => Path.Combine(folder, $"splits_new_{which}.json");

    private static string? MatlabFile(string folder) =>
        ((string[])["cuhk-03.mat", "cuhk03_release/cuhk-03.mat"]).Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
