using System.IO.Enumeration;

namespace UaaGan.Retrieval;

/// <summary>Every file of a data set, images or not.</summary>
public static class DatasetFiles
{
    /// <summary>Full paths at any depth, hidden ones too. A link to a folder is not followed: it may lead back.</summary>
    /// <param name="folder">The data set's folder.</param>
    public static IEnumerable<string> Under(string folder) =>
        new FileSystemEnumerable<string>(
            Path.GetFullPath(folder), (ref FileSystemEntry entry) => entry.ToFullPath(),
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false })
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
        };
}
