namespace UaaGan.Retrieval;

/// <summary>
/// dataset.csv (RFC 4180, with a header): path and identity, and where they are needed camera and role (query, gallery or train; empty:
/// query and gallery).
/// </summary>
internal sealed class CsvLayout : IDatasetLayout
{
    public const string FileName = "dataset.csv";

    private static readonly string[] Columns = ["path", "identity", "camera", "role"];

    public string Name => "csv";

    public string Description => $"{FileName} with the columns path, identity and, as needed, camera and role (query, gallery, train; empty: query and gallery)";

    public IReadOnlyList<string> Protocols =>
        [RankingProtocols.LeaveOneOut, RankingProtocols.Market1501, RankingProtocols.DukeMtmcReid, RankingProtocols.Msmt17, RankingProtocols.Cuhk03];

    public bool Matches(string folder) => File.Exists(Path.Combine(folder, FileName));

    public DatasetContents Read(string folder)
    {
        string file = Path.Combine(folder, FileName);
        if (!File.Exists(file)) throw DatasetFaults.Failure("CSV_NOT_FOUND", file, $"There is no '{file}', which would list the images.");
        var faults = new DatasetFaults();
        using var rows = CsvRows.Read(file).GetEnumerator();
        if (!rows.MoveNext()) throw DatasetFaults.Failure("CSV_EMPTY", file, $"'{file}' is empty; its first line names the columns {string.Join(", ", Columns)}.");
        string[] header = [.. rows.Current.Fields.Select(name => name.Trim().ToLowerInvariant())];
        CheckHeader(file, header);

        var (queries, gallery, training) = (NewPart(), NewPart(), NewPart());
        while (rows.MoveNext())
        {
            var (line, fields) = rows.Current;
            string Field(string name) => Array.IndexOf(header, name) is var column and >= 0 && column < fields.Count ? fields[column].Trim() : "";
            if (fields.Count != header.Length)
            {
                faults.Add("CSV_ROW", file, $"Line {line} of '{file}' has {fields.Count} fields; the header has {header.Length}.", line);
                continue;
            }

            string id = Field("path").Replace('\\', '/'), role = Field("role").ToLowerInvariant();
            var entry = new DatasetEntry(id, Path.Combine(folder, id), Field("identity"), Field("camera"));
            string? wrong = Wrong(entry, role);
            if (wrong is not null) faults.Add("CSV_ROW", id.Length > 0 ? id : file, $"Line {line} of '{file}': {wrong}.", line);
            else if (!Add(entry, role)) faults.Add("CSV_REPEATS", id, $"Line {line} of '{file}' names '{id}' a second time in the same role.", line);
        }

        bool cameras = queries.Values.Concat(gallery.Values).All(entry => entry.Camera.Length > 0);
        return new DatasetContents
        {
            Layout = Name,
            Folder = folder,
            Protocols = cameras ? Protocols : [RankingProtocols.LeaveOneOut],
            Queries = [.. queries.Values],
            Gallery = [.. gallery.Values],
            Training = [.. training.Values],
            TextFiles = [file],
            Faults = faults.All,
        };

        bool Add(DatasetEntry entry, string role) => role switch
        {
            "query" => queries.TryAdd(entry.Id, entry),
            "gallery" => gallery.TryAdd(entry.Id, entry),
            "train" => training.TryAdd(entry.Id, Datasets.Unlabelled(entry)),
            _ => queries.TryAdd(entry.Id, entry) & gallery.TryAdd(entry.Id, entry),
        };

        static SortedDictionary<string, DatasetEntry> NewPart() => new(Utf8Order.Instance);
    }

    private static string? Wrong(DatasetEntry entry, string role)
    {
        if (role is not ("" or "query" or "gallery" or "train")) return $"the role '{role}' must be query, gallery, train or empty";
        if (entry.Id.Length == 0 || Path.IsPathRooted(entry.Id) || entry.Id.Split('/').Contains("..")) return $"'{entry.Id}' must be a path relative to the file's folder, without '..'";
        if (entry.Identity.Length == 0 && role != "train") return $"'{entry.Id}' has no identity";
        return File.Exists(entry.Path) ? null : $"'{entry.Id}' is not there";
    }

    private static void CheckHeader(string file, string[] header)
    {
        string? unknown = Array.Find(header, name => !Columns.Contains(name));
        if (unknown is null && header.Contains("path") && header.Contains("identity") && header.Distinct().Count() == header.Length) return;
        throw DatasetFaults.Failure(
            "CSV_HEADER", file, $"The first line of '{file}' is '{string.Join(",", header)}'; it must name the columns path and identity and may name camera and role, each once.", 1);
    }
}
