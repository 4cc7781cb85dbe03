namespace UaaGan.Retrieval;

/// <summary>
/// MSMT17 (Wei, Zhang, Gao, Tian, CVPR 2018): list_train.txt, list_val.txt, list_query.txt and list_gallery.txt, each line a path and a
/// person; the third part of a file's name is the camera. Person 0000 is a person here, so that people keep their four digits.
/// </summary>
internal sealed class Msmt17Layout : IDatasetLayout
{
    private static readonly string[] TrainFolders = ["train", "mask_train_v2"], TestFolders = ["test", "mask_test_v2"];

    public string Name => "msmt17";

    public string Description => "list_query.txt, list_gallery.txt, list_train.txt and list_val.txt over train/ and test/, or mask_train_v2/ and mask_test_v2/";

    public IReadOnlyList<string> Protocols => [RankingProtocols.Msmt17];

    public bool Matches(string folder) => File.Exists(Path.Combine(folder, "list_query.txt")) && File.Exists(Path.Combine(folder, "list_gallery.txt"));

    public DatasetContents Read(string folder)
    {
        var faults = new DatasetFaults();
        string test = Inner(folder, TestFolders);
        string[] training = [.. ((string[])["list_train.txt", "list_val.txt"]).Where(list => File.Exists(Path.Combine(folder, list)))];
        return new DatasetContents
        {
            Layout = Name,
            Folder = folder,
            Protocols = Protocols,
            Queries = Part(folder, "list_query.txt", test, faults),
            Gallery = Part(folder, "list_gallery.txt", test, faults),
            Training =
            [
                .. training.SelectMany(list => Part(folder, list, Inner(folder, TrainFolders), faults)).Select(Datasets.Unlabelled).OrderBy(entry => entry.Id, Utf8Order.Instance),
            ],
            TextFiles = [.. training.Concat(["list_query.txt", "list_gallery.txt"]).Select(list => Path.Combine(folder, list))],
            Faults = faults.All,
        };
    }

    private static string Inner(string folder, string[] names) =>
        Array.Find(names, name => Directory.Exists(Path.Combine(folder, name)))
        ?? throw DatasetFaults.Failure("MSMT17_FOLDER_MISSING", folder, $"'{folder}' has no folder '{names[0]}' or '{names[1]}', which the lists of MSMT17 refer to.");

    private static List<DatasetEntry> Part(string folder, string list, string inner, DatasetFaults faults)
    {
        string file = Path.Combine(folder, list);
        if (!File.Exists(file)) throw DatasetFaults.Failure("MSMT17_LIST_MISSING", file, $"There is no '{file}'; msmt17 needs list_query.txt and list_gallery.txt.");
        var entries = new SortedDictionary<string, DatasetEntry>(Utf8Order.Instance);
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            if (line.Trim().Length == 0) continue;
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) is not [var relative, var person]
                || !int.TryParse(person, out int label) || label < 0
                || Path.GetFileName(relative).Split('_') is not [_, _, var cameraText, _, ..] || !int.TryParse(cameraText, out int camera))
            {
                faults.Add("MSMT17_LINE", file, $"Line {number} of '{file}' must be a path and a person, such as 0000/0000_000_01_0303morning_0015_0.jpg 0.", number);
                continue;
            }

            string id = $"{inner}/{relative}", path = Path.Combine(folder, inner, relative);
            if (!File.Exists(path)) faults.Add("MSMT17_FILE_MISSING", path, $"Line {number} of '{file}' names '{relative}', which is not in '{inner}'.", number);
            else if (!entries.TryAdd(id, new DatasetEntry(id, path, FormattableString.Invariant($"{label:D4}"), FormattableString.Invariant($"{camera}"))))
                faults.Add("MSMT17_REPEATS", file, $"Line {number} of '{file}' names '{relative}' a second time.", number);
        }

        return [.. entries.Values];
    }
}
