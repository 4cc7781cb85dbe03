using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

/// <summary>Counts what is read from a store.</summary>
internal sealed class CountingStore(IGalleryStore store) : IGalleryStore
{
    /// <summary>Readings of a whole gallery.</summary>
    public int Reads { get; private set; }

    /// <summary>Rows of all readings.</summary>
    public int Rows { get; private set; }

    public GalleryInfo Create(string name, long dimension, string description) => store.Create(name, dimension, description);

    public GalleryInfo Get(string name) => store.Get(name);

    public IReadOnlyList<GalleryInfo> List() => store.List();

    public void Delete(string name) => store.Delete(name);

    public IReadOnlyList<FailureException?> Upsert(IReadOnlyList<GalleryWrite> writes) => store.Upsert(writes);

    public int DeleteItems(string name, IReadOnlyCollection<string> ids) => store.DeleteItems(name, ids);

    public void Read(string name, Action<GalleryInfo> begin, GalleryRowVisitor row)
    {
        Reads++;
        store.Read(name, begin, Counted(row));
    }

    public bool ReadChanges(string name, long since, Action<GalleryInfo> begin, Action<string> deleted, GalleryRowVisitor row) =>
        store.ReadChanges(name, since, begin, deleted, Counted(row));

    public GalleryInfo Restore(string name, long dimension, string description, Action<GalleryRowVisitor> rows) => store.Restore(name, dimension, description, rows);

    private GalleryRowVisitor Counted(GalleryRowVisitor row) => (in ImageLabel label, ReadOnlySpan<float> feature) =>
    {
        Rows++;
        row(label, feature);
    };
}
