using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>Opens weights files by what their first bytes say, whatever they are called.</summary>
public static class StateReader
{
    private const int SniffedBytes = 9;
    private const byte PickleProtocol = 0x80, LastPickleProtocol = 5;

    /// <summary>
    /// Opens a safetensors file, a zip file of torch.save (torch 1.6 and later) or an older file of torch.save. Nothing that a pickle
    /// names is run or imported, and no more memory is taken than the file's size justifies.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="key">Dotted path of the state dictionary within a file of torch.save that holds several; null: the one that is found.</param>
    /// <exception cref="FailureException">NotFound WEIGHTS_FILE_NOT_FOUND; DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument
    /// WEIGHTS_FORMAT_UNKNOWN, WEIGHTS_NOT_SUPPORTED, WEIGHTS_PICKLE_REFUSED, WEIGHTS_WHOLE_MODEL, WEIGHTS_KEY_UNKNOWN,
    /// WEIGHTS_KEY_AMBIGUOUS or WEIGHTS_WITHOUT_TENSORS.</exception>
    public static IStateReader Open(string path, string? key = null)
    {
        var file = OpenFile(path);
        try
        {
            return Sniff(file, key);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Opens a file of weights or of a whole model, whatever its format.</summary>
    /// <exception cref="FailureException">NotFound WEIGHTS_FILE_NOT_FOUND; DataLoss WEIGHTS_FILE_DAMAGED: it is empty.</exception>
    internal static FileStream OpenFile(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw WeightsFailure.NotFound(Path.GetFileName(path));
        }
        catch (UnauthorizedAccessException)
        {
            throw WeightsFailure.NotReadable(Path.GetFileName(path));
        }

        if (file.Length > 0) return file;
        file.Dispose();
        throw WeightsFailure.Damaged("it is empty");
    }

    /// <summary>The same of a stream that can seek; the reader disposes it.</summary>
    internal static IStateReader Sniff(Stream file, string? key = null)
    {
        Span<byte> first = stackalloc byte[SniffedBytes];
        first = first[..file.ReadAtLeast(first, SniffedBytes, throwOnEndOfStream: false)];
        file.Position = 0;
        if (first.StartsWith("PK"u8)) return TorchZipFile.Open(file, key);
        // The magic number in pickle's protocols 2 to 5, or in words as protocols 0 and 1 write it.
        if (first is [PickleProtocol, <= LastPickleProtocol, ..] || first.StartsWith("L119547"u8)) return TorchLegacyFile.Open(file, key);
        if (first is not [_, _, _, _, _, _, _, _, (byte)'{']) throw WeightsFailure.FormatUnknown();
        return key is null ? SafetensorsReader.Open(file) : throw WeightsFailure.KeyUnknown(key, []);
    }
}
