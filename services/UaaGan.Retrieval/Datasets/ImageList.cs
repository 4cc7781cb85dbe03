using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>A text file that names images of a folder: one relative path a line, empty lines skipped.</summary>
internal static class ImageList
{
    /// <summary>The images that the list names.</summary>
    /// <param name="file">The list.</param>
    /// <param name="folder">The folder that its paths are relative to, for messages.</param>
    /// <param name="images">The folder's images by id.</param>
    /// <exception cref="FailureException">The list is missing or empty, or names a missing file, a file twice or no image.</exception>
    public static HashSet<string> Read(string file, string folder, IReadOnlyDictionary<string, string> images)
    {
        if (!File.Exists(file)) throw Fault("LIST_NOT_FOUND", $"There is no file '{file}'; it should list images of '{folder}', one a line.", file, 0);

        var listed = new HashSet<string>(StringComparer.Ordinal);
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            number++;
            string id = line.Trim();
            if (id.StartsWith("./", StringComparison.Ordinal)) id = id[2..];
            if (id.Length == 0) continue;

            if (!images.ContainsKey(id))
            {
                throw File.Exists(Path.Combine(folder, id))
                    ? Fault(
                        "LIST_NO_IMAGE",
                        $"Line {number} of '{file}' names '{id}', which is no image of '{folder}': an image lies under it and ends in one of {ImageFolder.KnownExtensions}.",
                        file, number)
                    : Fault("LIST_FILE_MISSING", $"Line {number} of '{file}' names '{id}', which is not in '{folder}'.", file, number);
            }

            if (!listed.Add(id)) throw Fault("LIST_REPEATS", $"Line {number} of '{file}' names '{id}' a second time.", file, number);
        }

        return listed.Count > 0 ? listed : throw Fault("LIST_EMPTY", $"'{file}' names no image.", file, 0);
    }

    private static FailureException Fault(string reason, string message, string file, int line) =>
        new(FailureKind.InvalidArgument, reason, message)
        {
            Metadata = new Dictionary<string, string> { ["file"] = file, ["line"] = line.ToString(CultureInfo.InvariantCulture) },
        };
}
