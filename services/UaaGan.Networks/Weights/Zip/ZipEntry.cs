using System.IO.Compression;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>A file within a zip file.</summary>
/// <param name="Name">Its path there.</param>
/// <param name="IsDeflated">Whether it is compressed; else its bytes stand in the zip file as they are.</param>
/// <param name="Header">Where its own header begins.</param>
/// <param name="Begin">Where its bytes begin.</param>
/// <param name="PackedSize">Its bytes in the zip file.</param>
/// <param name="Size">Its bytes once unpacked.</param>
internal sealed record ZipEntry(string Name, bool IsDeflated, long Header, long Begin, long PackedSize, long Size)
{
    /// <summary>Its bytes once unpacked, which the caller has found to be few enough.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED: it does not unpack to its length.</exception>
    public byte[] Unpack(Stream file)
    {
        var packed = new byte[PackedSize];
        file.Position = Begin;
        file.ReadExactly(packed);
        if (!IsDeflated) return packed;
        try
        {
            using var inflated = new DeflateStream(new MemoryStream(packed), CompressionMode.Decompress);
            var bytes = new byte[Size];
            inflated.ReadExactly(bytes);
            return inflated.ReadByte() < 0 ? bytes : throw Wrong("is longer than the directory says");
        }
        catch (Exception exception) when (exception is InvalidDataException or EndOfStreamException)
        {
            throw Wrong("does not unpack", exception);
        }
    }

    public FailureException Wrong(string what, Exception? inner = null) =>
        ZipDirectory.Damaged($"its entry '{WeightsFailure.Shorten(Name)}' {what}", inner);
}
