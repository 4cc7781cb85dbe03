using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>A file within a zip file.</summary>
/// <param name="Name">Its path there.</param>
/// <param name="Method">How it is compressed; 0: not at all.</param>
/// <param name="PackedSize">Its bytes in the zip file.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Header">Where its own header begins.</param>
/// <param name="Limit">Where the next thing of the zip file begins: it must end before.</param>
internal sealed record ZipEntry(string Name, int Method, long PackedSize, long Size, long Header, long Limit)
{
    /// <summary>Bytes of its own header before the name.</summary>
    public const int HeaderBytes = 30;

    private const uint HeaderSignature = 0x04034b50;
    private const int NamePosition = 26;

    /// <summary>Where its bytes begin.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument WEIGHTS_NOT_SUPPORTED: it is compressed.</exception>
    public long DataPosition(Stream file, ReadBudget budget)
    {
        if (Method != 0) throw WeightsFailure.NotSupported($"a compressed '{WeightsFailure.Shorten(Name)}'; torch.save compresses nothing");
        var header = new FileWindow(file, Header, Limit - Header, budget);
        if (header.Number(4) != HeaderSignature) throw Wrong("has no header where the zip file's directory says");
        header.Skip(NamePosition - sizeof(uint));
        var (nameBytes, extraBytes) = (header.Number(2), header.Number(2));
        if (header.Utf8(nameBytes) != Name) throw Wrong("has another name in its header");
        var position = Header + HeaderBytes + (long)nameBytes + (long)extraBytes;
        return Size <= Limit - position ? position : throw Wrong("reaches into the next entry or the directory");
    }

    public FailureException Wrong(string what) => WeightsFailure.Damaged($"the zip file's entry '{WeightsFailure.Shorten(Name)}' {what}");
}
