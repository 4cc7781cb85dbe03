using System.Globalization;

namespace UaaGan.Retrieval;

/// <summary>
/// pairs.txt and its like. The first line is the folds and the pairs of each kind in a fold, or only the latter; then for each fold its
/// pairs of one person (name, number, number) and its pairs of two (name, number, name, number).
/// </summary>
/// <param name="file">The list.</param>
/// <param name="images">Ids of the images by NAME_0001.</param>
/// <param name="faults">Where faults go.</param>
internal sealed class LfwPairs(string file, IReadOnlyDictionary<string, string> images, DatasetFaults faults)
{
    public IReadOnlyList<DatasetPair> Read()
    {
        string[][] lines = [.. File.ReadLines(file).Select(line => line.Split(['\t', ' '], StringSplitOptions.RemoveEmptyEntries))];
        while (lines.Length > 0 && lines[^1].Length == 0) lines = lines[..^1];
        var (folds, each) = lines is [{ Length: 1 or 2 } first, ..] && Array.TrueForAll(first, text => Number(text) > 0)
            ? (first.Length == 2 ? Number(first[0]) : 1, Number(first[^1]))
            : (0, 0);
        if (folds == 0 || lines.Length - 1L != 2L * folds * each)
        {
            faults.Add("LFW_PAIRS", file, $"'{file}' has {Math.Max(lines.Length - 1, 0)} lines after its first, which says {folds} folds of {each} pairs of each kind; it must be the folds and that number, or that number alone.", 1);
            return [];
        }

        var pairs = new List<DatasetPair>();
        for (int i = 1; i < lines.Length; i++)
        {
            bool same = (i - 1) / each % 2 == 0;
            var pair = (same, lines[i]) switch
            {
                (true, [var name, var left, var right]) => Pair(name, left, name, right, same, i + 1),
                (false, [var leftName, var left, var rightName, var right]) => Pair(leftName, left, rightName, right, same, i + 1),
                _ => Wrong(i + 1, same),
            };
            if (pair is { } whole) pairs.Add(whole);
        }

        return pairs;
    }

    private DatasetPair? Wrong(int line, bool same)
    {
        faults.Add("LFW_PAIRS", file, $"Line {line} of '{file}' must be {(same ? "a name and two numbers" : "a name, a number, another name and a number")}.", line);
        return null;
    }

    private DatasetPair? Pair(string leftName, string left, string rightName, string right, bool same, int line) =>
        Find(leftName, left, line) is { } one && Find(rightName, right, line) is { } other ? new DatasetPair(one, other, same) : null;

    private string? Find(string name, string numberText, int line)
    {
        int number = Number(numberText);
        string image = string.Create(CultureInfo.InvariantCulture, $"{name}_{number:D4}");
        if (number > 0 && images.TryGetValue(image, out string? id)) return id;
        faults.Add("LFW_IMAGE_MISSING", image, $"Line {line} of '{file}' names image {numberText} of '{name}', and there is no '{image}'.", line);
        return null;
    }

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0;
}
