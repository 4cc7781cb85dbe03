using System.Security.Cryptography;
using System.Text;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>SHA-256 of files and of sets of them, as 64 lower-case hexadecimal digits.</summary>
internal static class Hashes
{
    public static async Task<string> File(string path, CancellationToken cancellationToken)
    {
        await using var file = System.IO.File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, cancellationToken));
    }

    /// <summary>Over the lines "hash id" in the order of the images: the same images under the same names give the same hash.</summary>
    public static async Task<string> Images(IEnumerable<DatasetEntry> images, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var image in images)
            hash.AppendData(Encoding.UTF8.GetBytes($"{await FileOrNot(image.Path, cancellationToken)} {image.Id}\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Over queries and gallery, each file once.</summary>
    public static Task<string> Data(RetrievalDataset data, CancellationToken cancellationToken) => Images(FilesOf(data), cancellationToken);

    /// <summary>Of each query and gallery image, by id.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> Each(RetrievalDataset data, CancellationToken cancellationToken)
    {
        var hashes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var image in FilesOf(data)) hashes.Add(image.Id, await FileOrNot(image.Path, cancellationToken));
        return hashes;
    }

    private static IEnumerable<DatasetEntry> FilesOf(RetrievalDataset data) => data.Queries.Concat(data.Gallery).DistinctBy(entry => entry.Id);

    /// <summary>A file that can't be read is the run's to report, as a failed item; here it counts as what it is.</summary>
    private static async Task<string> FileOrNot(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File(path, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return "unreadable";
        }
    }
}
