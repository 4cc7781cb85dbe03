namespace UaaGan.Networks;

/// <summary>
/// What a file may make its reader allocate beside the tensors: a few bytes of a pickle can ask for a large object, so every object is
/// counted with what it costs at most, and a file that asks for more than its size justifies is refused.
/// </summary>
/// <param name="fileBytes">The file's size.</param>
internal sealed class ReadBudget(long fileBytes)
{
    /// <summary>Bytes that every file may take, however small.</summary>
    public const long Floor = 3 << 20;

    /// <summary>Bytes that each byte of the file adds.</summary>
    public const long PerFileByte = 2;

    private long _left = Floor + PerFileByte * fileBytes;

    /// <exception cref="Failures.FailureException">DataLoss WEIGHTS_FILE_DAMAGED: the file asks for too much.</exception>
    public void Charge(long bytes)
    {
        _left -= bytes;
        if (_left < 0) throw WeightsFailure.Damaged("it describes more objects than a weights file of its size can hold");
    }
}
