using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Cli.Evaluation;

/// <summary>Image files on disk.</summary>
internal static class Files
{
    /// <summary>Writes a file with its folders; it appears whole or not at all.</summary>
    public static async Task Save(string path, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = path + ".tmp";
        await File.WriteAllBytesAsync(temporary, bytes, cancellationToken);
        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>Decodes a file; what is wrong with it comes with its name.</summary>
    public static async Task<PixelImage> Decode(string path, CancellationToken cancellationToken)
    {
        try
        {
            return ImageDecoder.Decode(await File.ReadAllBytesAsync(path, cancellationToken), ImageLimits.Default);
        }
        catch (FailureException failure)
        {
            throw new CliException($"'{path}': {failure.Message}.", ExitCodes.Failure, failure);
        }
    }
}
