using System.Globalization;
using System.Text.Json;

namespace UaaGan.Retrieval;

/// <summary>
/// The split that torchreid writes beside the images (torchreid/data/datasets/image/cuhk03.py): a list with one object, whose train, query
/// and gallery hold [path, person, camera]; the paths are those of the machine that wrote them, so that only their names count.
/// </summary>
internal sealed class Cuhk03Splits(string folder, string imageFolder, string file)
{
    private readonly DatasetFaults _faults = new();

    public DatasetContents Read(string layout)
    {
        var images = ImageFolder.ReadSome(Path.Combine(folder, imageFolder));
        using var json = Parse();
        if (json.RootElement is not { ValueKind: JsonValueKind.Array } splits || splits.GetArrayLength() != 1)
            throw Invalid("$", "it must be a list of one split; the new protocol has one.");
        var split = splits[0];
        return new DatasetContents
        {
            Layout = layout,
            Folder = folder,
            Protocols = PersonFileNames.Cuhk03.Protocols,
            Training = [.. Part(split, "train", images).Select(Datasets.Unlabelled)],
            Queries = Part(split, "query", images),
            Gallery = Part(split, "gallery", images),
            TextFiles = [file],
            Faults = _faults.All,
        };
    }

    private List<DatasetEntry> Part(JsonElement split, string part, SortedDictionary<string, string> images)
    {
        if (split.ValueKind != JsonValueKind.Object || !split.TryGetProperty(part, out var rows) || rows.ValueKind != JsonValueKind.Array)
            throw Invalid($"$[0].{part}", "it must be a list.");
        var entries = new SortedDictionary<string, DatasetEntry>(Utf8Order.Instance);
        int i = -1;
        foreach (var row in rows.EnumerateArray())
        {
            i++;
            if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != 3 || row[0].ValueKind != JsonValueKind.String
                || !row[1].TryGetInt64(out long person) || !row[2].TryGetInt64(out long camera))
            {
                _faults.Add(Invalid($"$[0].{part}[{i}]", "it must be [path, person, camera]."));
                continue;
            }

            string name = Path.GetFileName(row[0].GetString()!.Replace('\\', '/'));
            if (!images.TryGetValue(name, out string? path)) _faults.Add(Invalid($"$[0].{part}[{i}]", $"'{name}' is not in '{imageFolder}'."));
            else if (!entries.TryAdd($"{imageFolder}/{name}", new DatasetEntry($"{imageFolder}/{name}", path, Text(person), Text(camera))))
                _faults.Add(Invalid($"$[0].{part}[{i}]", $"'{name}' is there a second time."));
        }

        return [.. entries.Values];
    }

    private JsonDocument Parse()
    {
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(file));
        }
        catch (JsonException exception)
        {
            throw Invalid(exception.Path ?? "$", exception.Message);
        }
    }

    private Failures.FailureException Invalid(string path, string message) =>
        DatasetFaults.Failure("CUHK03_SPLITS_INVALID", file, $"'{file}', {path}: {message}");

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
