using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>The image files under a folder, by their relative path.</summary>
internal static class ImageFolder
{
    private static readonly string[] Extensions = ["bmp", "gif", "jpeg", "jpg", "pbm", "pgm", "png", "pnm", "ppm", "tif", "tiff", "webp"];

    public static string KnownExtensions => string.Join(", ", Extensions);

    /// <summary>As <see cref="Read"/>, at least one.</summary>
    /// <exception cref="FailureException">Also: there is no image.</exception>
    public static SortedDictionary<string, string> ReadSome(string folder)
    {
        var images = Read(folder);
        return images.Count > 0
            ? images
            : throw Fault("NO_IMAGES", $"There is no image under '{folder}'; an image ends in one of {KnownExtensions}.", folder);
    }

    /// <summary>Every image at any depth, ordered by id. Names that begin with a dot are left out, as every listing does.</summary>
    /// <exception cref="FailureException">The folder is missing, unreadable, or a link leads back into itself.</exception>
    public static SortedDictionary<string, string> Read(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw File.Exists(folder)
                ? Fault("FOLDER_IS_A_FILE", $"'{folder}' is a file; give the folder that holds the images.", folder)
                : Fault("FOLDER_NOT_FOUND", $"There is no folder '{folder}'.", folder);
        }

        var images = new SortedDictionary<string, string>(Utf8Order.Instance);
        try
        {
            Add(new DirectoryInfo(folder), "", [RealPath(new DirectoryInfo(folder))], images);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new FailureException(
                FailureKind.FailedPrecondition, "FOLDER_UNREADABLE", $"A folder under '{folder}' may not be read: {exception.Message}", exception);
        }

        return images;
    }

    private static void Add(DirectoryInfo folder, string prefix, List<string> ancestors, SortedDictionary<string, string> images)
    {
        foreach (var entry in folder.EnumerateFileSystemInfos())
        {
            if (entry.Name.StartsWith('.')) continue;
            if (entry is DirectoryInfo child)
            {
                string real = RealPath(child);
                if (ancestors.Contains(real))
                {
                    throw Fault("FOLDER_LOOP", $"The link '{child.FullName}' leads back to a folder that holds it; remove it.", child.FullName);
                }

                ancestors.Add(real);
                Add(child, $"{prefix}{child.Name}/", ancestors, images);
                ancestors.RemoveAt(ancestors.Count - 1);
            }
            else if (Extensions.Contains(entry.Extension.TrimStart('.').ToLowerInvariant()))
            {
                images.Add(prefix + entry.Name, entry.FullName);
            }
        }
    }

    private static string RealPath(DirectoryInfo folder) => folder.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder.FullName;

    private static FailureException Fault(string reason, string message, string folder) =>
        new(FailureKind.InvalidArgument, reason, message) { Metadata = new Dictionary<string, string> { ["folder"] = folder } };
}
