using UaaGan.Failures;
using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>
/// Indexes of the galleries that are searched, each built from the store on its first use and brought up to date once the gallery's
/// generation has changed, whoever changed it, so that a search sees every write that ended before it began. Those used longest ago make room.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="maxBytes">Memory of all indexes together, on the host.</param>
/// <param name="gpu">Where they are searched; null: on the CPU.</param>
public sealed class GalleryIndexCache(IGalleryStore store, long maxBytes, IKernelDevice? gpu = null) : IDisposable
{
    private readonly object _gate = new();
    private readonly LinkedList<GalleryIndex> _indexes = new();

    // One at a time: two builds of one gallery would be work for nothing, and of two galleries memory beyond the bound.
    private readonly SemaphoreSlim _building = new(1);

    /// <summary>Indexes held at the moment.</summary>
    public int Count
    {
        get
        {
            lock (_gate) return _indexes.Count;
        }
    }

    /// <summary>The index of a gallery as it is now.</summary>
    /// <exception cref="FailureException">NOT_FOUND; FAILED_PRECONDITION: the gallery is too large for the memory allowed.</exception>
    public async Task<GalleryIndex> GetAsync(string name, CancellationToken cancellation = default)
    {
        if (Find(store.Get(name)) is { } index) return index;
        await _building.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            var gallery = store.Get(name);
            if (Find(gallery) is { } built) return built;
            var old = MakeRoom(gallery);
            index = await Task.Run(
                () => old?.Refresh(store, cancellation) ?? GalleryIndex.Load(store, name, gpu, cancellation), cancellation).ConfigureAwait(false);
            lock (_gate) _indexes.AddFirst(index);
            return index;
        }
        finally
        {
            _building.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _building.Dispose();

    private GalleryIndex? Find(GalleryInfo gallery)
    {
        lock (_gate)
        {
            for (var node = _indexes.First; node is not null; node = node.Next)
            {
                // A generation comes only once in a store, so it names gallery and state.
                if (node.Value.Gallery.Generation != gallery.Generation) continue;
                _indexes.Remove(node);
                _indexes.AddFirst(node);
                return node.Value;
            }

            return null;
        }
    }

    // Returns the index of the gallery as it was, when there is one.
    private GalleryIndex? MakeRoom(GalleryInfo gallery)
    {
        long needed = GalleryIndex.Bytes(gallery);
        if (needed > maxBytes) throw GalleryFailures.TooLarge(gallery, needed, maxBytes);

        GalleryIndex? old = null;
        lock (_gate)
        {
            for (var node = _indexes.First; node is not null;)
            {
                var next = node.Next;
                if (node.Value.Gallery.Name == gallery.Name)
                {
                    old = node.Value;
                    _indexes.Remove(node);
                }

                node = next;
            }

            while (_indexes.Last is { } last && needed + _indexes.Sum(index => GalleryIndex.Bytes(index.Gallery)) > maxBytes) _indexes.Remove(last);
        }

        return old;
    }
}
