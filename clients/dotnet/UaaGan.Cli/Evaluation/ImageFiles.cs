using System.Runtime.CompilerServices;
using UaaGan.Client;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>Reads image files for a stream, one by one; a file that can't be read becomes a failed item and the stream goes on.</summary>
internal static class ImageFiles
{
    public static async IAsyncEnumerable<ImageInput> Read(
        IEnumerable<DatasetEntry> images, ICollection<FailedItem> failed, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var image in images)
        {
            byte[] file;
            try
            {
                file = await File.ReadAllBytesAsync(image.Path, cancellationToken);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                failed.Add(new FailedItem(image.Id, "FILE_UNREADABLE", exception.Message));
                continue;
            }

            yield return ImageInput.FromBytes(image.Id, file);
        }
    }
}
