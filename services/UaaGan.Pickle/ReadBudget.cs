namespace UaaGan.Pickle;

/// <summary>
/// What a file may make its reader allocate beside large blocks of numbers: a few bytes of a pickle can ask for a large object, so every object is
/// counted with what it costs at most, and a file that asks for more than its size justifies is refused.
/// </summary>
/// <param name="fileBytes">The file's size.</param>
/// <param name="faults">How failures of reading the file are told.</param>
/// <param name="perFileByte">Bytes that each byte of the file adds.</param>
internal sealed class ReadBudget(long fileBytes, FileFaults faults, int perFileByte = ReadBudget.PerFileByte)
{
    /// <summary>Bytes that every file may take, however small.</summary>
    public const long Floor = 3 << 20;

    /// <summary>Bytes that each byte of the file adds where nothing else is said: most of a weights file are tensors.</summary>
    public const int PerFileByte = 2;

    private long _left = Floor + perFileByte * fileBytes;

    /// <summary>How failures of reading the file are told.</summary>
    public FileFaults Faults => faults;

    /// <exception cref="Failures.FailureException">The file is damaged: it asks for too much.</exception>
    public void Charge(long bytes)
    {
        _left -= bytes;
        if (_left < 0) throw faults.Damaged("it describes more objects than a file of its size can hold");
    }
}
