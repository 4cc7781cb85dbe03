using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>What a snapshot holds.</summary>
/// <param name="Name">Name of the gallery that it was taken of.</param>
/// <param name="Dimension">D, components of each feature.</param>
/// <param name="Items">Rows in it.</param>
/// <param name="Description">The gallery's note.</param>
public sealed record SnapshotInfo(string Name, int Dimension, long Items, string Description);

/// <summary>
/// A gallery as a file that checks itself, the same whatever store it comes from or goes to. All numbers are little-endian: "UAAGAN" and two
/// zeros; uint32 version; uint32 length of the header; the header, JSON; then each item in the order of the ids: three uint16, the bytes of id, identity and
/// camera, these in UTF-8, and the feature, D float32; last the SHA-256 of all before it.
/// </summary>
public static class GallerySnapshot
{
    internal const int Version = 1;

    // An id of a name, a note and numbers; a file of anything else says something larger.
    internal const int MaxHeaderBytes = 64 << 10;

    internal const int MagicBytes = 8;

    internal static ReadOnlySpan<byte> Magic => "UAAGAN\0\0"u8;

    /// <summary>Writes a gallery as it is at one moment.</summary>
    /// <param name="store">Its store.</param>
    /// <param name="name">Its name.</param>
    /// <param name="output">Gets the file; only written to.</param>
    /// <param name="cancellation">Ends the writing between two rows.</param>
    /// <exception cref="FailureException">NOT_FOUND; an item of it is damaged.</exception>
    public static void Write(IGalleryStore store, string name, Stream output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        ArgumentNullException.ThrowIfNull(output);
        using var writer = new SnapshotWriter(output);
        store.Read(name, writer.Begin, (in ImageLabel label, ReadOnlySpan<float> feature) =>
        {
            cancellation.ThrowIfCancellationRequested();
            writer.Add(label, feature);
        });
        writer.End();
    }

    /// <summary>Reads a snapshot to its end.</summary>
    /// <returns>What it holds.</returns>
    /// <exception cref="FailureException">INVALID_ARGUMENT: it is none; FAILED_PRECONDITION: of a newer format; DATA_LOSS: damaged.</exception>
    public static SnapshotInfo Check(Stream input, CancellationToken cancellation = default)
    {
        using var reader = new SnapshotReader(input);
        reader.ReadRows((in ImageLabel _, ReadOnlySpan<float> _) => cancellation.ThrowIfCancellationRequested());
        return reader.Info;
    }

    /// <summary>Makes a gallery from a snapshot: it is seen when it is whole, and not at all when this throws.</summary>
    /// <param name="store">The store.</param>
    /// <param name="name">Name of the gallery; null: that in the snapshot.</param>
    /// <param name="input">The snapshot.</param>
    /// <param name="cancellation">Ends the reading between two rows.</param>
    /// <exception cref="FailureException">As <see cref="Check"/> and <see cref="IGalleryStore.Restore"/>.</exception>
    public static GalleryInfo Restore(IGalleryStore store, string? name, Stream input, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(store);
        using var reader = new SnapshotReader(input);
        return store.Restore(name ?? reader.Info.Name, reader.Info.Dimension, reader.Info.Description, row => reader.ReadRows((in ImageLabel label, ReadOnlySpan<float> feature) =>
        {
            cancellation.ThrowIfCancellationRequested();
            row(label, feature);
        }));
    }
}
