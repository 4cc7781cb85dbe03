using TorchSharp;

namespace UaaGan.Networks;

/// <summary>One tensor of a file of torch.save.</summary>
/// <param name="View">Its part of a storage.</param>
/// <param name="Position">Where its first element lies in the file.</param>
internal sealed record TorchEntry(string Name, TorchView View, long Position) : StateTensor(Name, View.DataType, View.Shape);

/// <summary>
/// Reads the tensors of a file of torch.save once <see cref="TorchZipFile"/> or <see cref="TorchLegacyFile"/> has found where they lie.
/// </summary>
internal sealed class TorchReader : IStateReader
{
    private readonly Stream _file;

    /// <param name="file">The file, which is disposed with the reader.</param>
    /// <param name="state">Tensors by key.</param>
    /// <param name="position">Where a whole storage begins in the file.</param>
    public TorchReader(Stream file, IReadOnlyDictionary<string, TorchView> state, Func<TorchStorage, long> position)
    {
        _file = file;
        var entries = new SortedDictionary<string, StateTensor>(StringComparer.Ordinal);
        foreach (var (name, view) in state) entries.Add(name, new TorchEntry(name, view, position(view.Storage) + view.Begin));
        Entries = entries;
    }

    public IReadOnlyDictionary<string, StateTensor> Entries { get; }

    public torch.Tensor Read(string name)
    {
        var entry = (TorchEntry)Entries[name];
        var view = entry.View;
        if (view.IsContiguous) return StoredBytes.Read(_file, entry.Position, view.DataType, [.. view.Shape], name);
        using var scope = torch.NewDisposeScope();
        var span = StoredBytes.Read(_file, entry.Position, view.DataType, [view.Span], name);
        return span.as_strided([.. view.Shape], [.. view.Strides]).contiguous().MoveToOuterDisposeScope();
    }

    public void Dispose() => _file.Dispose();
}
