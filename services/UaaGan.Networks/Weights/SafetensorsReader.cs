using System.Buffers.Binary;
using TorchSharp;
using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// Reads a safetensors file: an unsigned 64-bit length, a JSON header of that length, the tensors' bytes (little-endian).
/// Whatever the header claims, no more is allocated than the size of the file justifies.
/// </summary>
public sealed class SafetensorsReader : IStateReader
{
    private const int LengthBytes = 8;
    private const long MaxHeaderBytes = 100_000_000;

    private readonly Stream _file;
    private readonly long _dataStart;

    private SafetensorsReader(Stream file, long dataStart,
        IReadOnlyDictionary<string, StateTensor> entries, IReadOnlyDictionary<string, string> metadata)
    {
        _file = file;
        _dataStart = dataStart;
        Entries = entries;
        Metadata = metadata;
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, StateTensor> Entries { get; }

    /// <summary>The file's own notes (__metadata__).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its header.</summary>
    /// <exception cref="FailureException">NotFound WEIGHTS_FILE_NOT_FOUND; DataLoss WEIGHTS_FILE_DAMAGED.</exception>
    public static SafetensorsReader Open(string path)
    {
        var file = StateReader.OpenFile(path);
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

    /// <inheritdoc/>
    public torch.Tensor Read(string name)
    {
        var entry = (SafetensorsEntry)Entries[name];
        return StoredBytes.Read(_file, _dataStart + entry.Begin, entry.DataType, [.. entry.Shape], name);
    }

    public void Dispose() => _file.Dispose();

    /// <summary>Checks the header of a file, which the reader disposes when it is disposed.</summary>
    internal static SafetensorsReader Open(Stream file)
    {
        Span<byte> lengthBytes = stackalloc byte[LengthBytes];
        if (file.Length < LengthBytes) throw SafetensorsHeader.Damaged($"it has {file.Length} bytes, fewer than its first field");
        file.ReadExactly(lengthBytes);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(lengthBytes);
        if (headerLength > MaxHeaderBytes || (long)headerLength > file.Length - LengthBytes)
            throw SafetensorsHeader.Damaged($"it says that its header has {headerLength} bytes, and the file has {file.Length}");
        var budget = new ReadBudget(file.Length, WeightsFailure.Faults);
        budget.Charge((long)headerLength);
        var header = new byte[headerLength];
        file.ReadExactly(header);
        var dataStart = LengthBytes + (long)headerLength;
        var (entries, metadata) = SafetensorsHeader.Parse(header, file.Length - dataStart, budget);
        return new SafetensorsReader(file, dataStart, entries, metadata);
    }
}
