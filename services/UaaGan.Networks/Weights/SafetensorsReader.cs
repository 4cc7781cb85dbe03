using System.Buffers.Binary;
using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>
/// Reads a safetensors file: an unsigned 64-bit length, a JSON header of that length, the tensors' bytes (little-endian).
/// Whatever the header claims, no more is allocated than the file holds.
/// </summary>
public sealed class SafetensorsReader : IDisposable
{
    private const int LengthBytes = 8;
    private const long MaxHeaderBytes = 100_000_000;

    private readonly FileStream _file;
    private readonly long _dataStart;

    private SafetensorsReader(FileStream file, long dataStart,
        IReadOnlyDictionary<string, SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        _file = file;
        _dataStart = dataStart;
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors by key, in ordinal order of the keys.</summary>
    public IReadOnlyDictionary<string, SafetensorsEntry> Entries { get; }

    /// <summary>The file's own notes (__metadata__).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="FailureException">NotFound WEIGHTS_FILE_NOT_FOUND; DataLoss WEIGHTS_FILE_DAMAGED.</exception>
    public static SafetensorsReader Open(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw SafetensorsFailure.NotFound(Path.GetFileName(path));
        }

        try
        {
            return Open(file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads one tensor in its stored number format; the caller disposes it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    public torch.Tensor Read(string name)
    {
        var entry = Entries[name];
        var tensor = torch.empty([.. entry.Shape], dtype: entry.DataType);
        if (entry.End == entry.Begin) return tensor;
        try
        {
            var bytes = new byte[entry.End - entry.Begin];
            _file.Position = _dataStart + entry.Begin;
            _file.ReadExactly(bytes);
            tensor.bytes = bytes;
            return tensor;
        }
        catch (EndOfStreamException exception)
        {
            tensor.Dispose();
            throw SafetensorsFailure.Damaged($"it was cut while it was read, in the tensor '{name}'", exception);
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    public void Dispose() => _file.Dispose();

    private static SafetensorsReader Open(FileStream file)
    {
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        if (file.Length < LengthBytes) throw SafetensorsFailure.Damaged($"it has {file.Length} bytes, fewer than its first field");
        file.ReadExactly(lengthBytes);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (headerLength > MaxHeaderBytes || (long)headerLength > file.Length - LengthBytes)
            throw SafetensorsFailure.Damaged($"it says that its header has {headerLength} bytes, and the file has {file.Length}");
        var header = new byte[headerLength];
        file.ReadExactly(header);
        var dataStart = LengthBytes + (long)headerLength;
        var (entries, metadata) = SafetensorsHeader.Parse(header, file.Length - dataStart);
        return new SafetensorsReader(file, dataStart, entries, metadata);
    }
}
