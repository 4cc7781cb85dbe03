using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>
/// A state dictionary on disk: tensors by key, whose shapes are known before any data is read. It belongs to one thread, and holds its
/// file open until it is disposed. <see cref="StateReader.Open"/> makes one of any known format.
/// </summary>
public interface IStateReader : IDisposable
{
    /// <summary>The tensors by key, in ordinal order of the keys.</summary>
    IReadOnlyDictionary<string, StateTensor> Entries { get; }

    /// <summary>Reads one tensor in its stored number format, contiguous; the caller disposes it.</summary>
    /// <exception cref="KeyNotFoundException">There is no such key.</exception>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED: the file was cut since it was opened.</exception>
    torch.Tensor Read(string name);
}
