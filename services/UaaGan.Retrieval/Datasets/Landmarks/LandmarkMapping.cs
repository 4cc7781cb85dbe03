using System.Globalization;
using UaaGan.Pickle;

namespace UaaGan.Retrieval;

/// <summary>From the plain values of a pickle or of JSON to a ground truth. It goes down only as far as the layout does.</summary>
internal sealed class LandmarkMapping(LandmarkFaults faults)
{
    public LandmarkTruth Map(object? root)
    {
        var fields = Fields(root, "$");
        string[] images = Texts(fields, "imlist"), queryImages = Texts(fields, "qimlist");
        var gnd = List(fields, "gnd", "$");
        if (gnd.Count != queryImages.Length)
            throw faults.Invalid("$.gnd", $"there are {gnd.Count} entries and {queryImages.Length} in $.qimlist; each query needs one of both.");
        var entries = gnd.Select((entry, i) => (Path: $"$.gnd[{i}]", Fields: Fields(entry, $"$.gnd[{i}]"))).ToList();
        bool revisited = entries.Count > 0 && entries[0].Fields.ContainsKey("easy");
        var queries = entries.Select((entry, i) => new LandmarkQuery(
            queryImages[i], queryImages[i], Box(entry.Fields.GetValueOrDefault("bbx"), $"{entry.Path}.bbx"),
            Truth(entry.Fields, entry.Path, revisited, images.Length)));
        return new LandmarkTruth(revisited, images, [.. queries]);
    }

    private RevisitedTruth Truth(Dictionary<string, object?> fields, string path, bool revisited, int images)
    {
        var seen = new HashSet<int>();
        return revisited ? new RevisitedTruth(Rows("easy"), Rows("hard"), Rows("junk")) : new RevisitedTruth(Rows("ok"), [], Rows("junk"));

        int[] Rows(string name) => [.. List(fields, name, path).Select((value, i) => Row(value, $"{path}.{name}[{i}]"))];

        int Row(object? value, string where)
        {
            if (value is not long row || row < 0 || row >= images) throw faults.Invalid(where, $"{Show(value)} is no row of $.imlist; rows are 0 to {images - 1}.");
            return seen.Add((int)row) ? (int)row : throw faults.Invalid(where, $"row {row} is listed before; each row is in one list, once.");
        }
    }

    private PixelBox? Box(object? value, string path)
    {
        if (value is null) return null;
        double[] edges = value is IReadOnlyList<object?> { Count: 4 } list ? [.. list.Select(edge => edge is long whole ? whole : edge as double? ?? double.NaN)] : [];
        return edges is [var left, var top, var right, var bottom] && edges.All(double.IsFinite) && left < right && top < bottom
            ? new PixelBox(left, top, right, bottom)
            : throw faults.Invalid(path, "a box is [left, top, right, bottom], in pixels, with left below right and top below bottom.");
    }

    private string[] Texts(Dictionary<string, object?> fields, string name)
    {
        string[] texts = [.. List(fields, name, "$").Select((value, i) => value as string is { Length: > 0 } text ? text : throw faults.Invalid($"$.{name}[{i}]", $"{Show(value)} is no name of an image."))];
        return texts;
    }

    private IReadOnlyList<object?> List(Dictionary<string, object?> fields, string name, string path) =>
        fields.GetValueOrDefault(name) as IReadOnlyList<object?> ?? throw faults.Invalid($"{path}.{name}", "a list is needed.");

    private Dictionary<string, object?> Fields(object? value, string path) => value switch
    {
        Dictionary<string, object?> fields => fields,
        PickleDictionary dictionary => dictionary.Named(),
        _ => throw faults.Invalid(path, "a dictionary is needed."),
    };

    private static string Show(object? value) => value switch
    {
        long or double => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        string text => $"'{FileFaults.Shorten(text)}'",
        null => "None",
        _ => "a value of another kind",
    };
}
