using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>What a row of a gallery is handed to.</summary>
/// <param name="label">Its id, identity and camera.</param>
/// <param name="feature">Its unit feature; valid during the call only.</param>
public delegate void GalleryRowVisitor(in ImageLabel label, ReadOnlySpan<float> feature);

/// <summary>
/// Galleries of features that survive a crash: what a method has returned from is on disk. All members may be called from any
/// thread; those that take a name throw NOT_FOUND when there is no such gallery.
/// </summary>
public interface IGalleryStore
{
    /// <summary>Makes an empty gallery.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT (<see cref="GalleryLimits.Check"/>), ALREADY_EXISTS, RESOURCE_EXHAUSTED: too many galleries.</exception>
    GalleryInfo Create(string name, long dimension, string description);

    /// <summary>Describes a gallery.</summary>
    GalleryInfo Get(string name);

    /// <summary>All galleries, by name.</summary>
    IReadOnlyList<GalleryInfo> List();

    /// <summary>Deletes a gallery with its items.</summary>
    void Delete(string name);

    /// <summary>Inserts or replaces items in one transaction, in the order given.</summary>
    /// <returns>For each item, why it was refused: its gallery, its labels, its dimension, a full gallery; null when it is on disk.</returns>
    IReadOnlyList<FailureException?> Upsert(IReadOnlyList<GalleryWrite> writes);

    /// <summary>Deletes items by id.</summary>
    /// <returns>How many there were; an id that is there no more counts as missing.</returns>
    int DeleteItems(string name, IReadOnlyCollection<string> ids);

    /// <summary>Reads all items of a gallery as they are at one moment, in the order of their ids.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="begin">Gets the gallery, before the first row.</param>
    /// <param name="row">Gets each row.</param>
    void Read(string name, Action<GalleryInfo> begin, GalleryRowVisitor row);

    /// <summary>Reads what has changed in a gallery, as it is at one moment: first the ids deleted, then the items written, in the order of their ids.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="since">A generation that a gallery of the name had.</param>
    /// <param name="begin">Gets the gallery, before all else.</param>
    /// <param name="deleted">Gets the id of each item deleted since; some may have been written again.</param>
    /// <param name="row">Gets each item written since.</param>
    /// <returns>False when the store knows no longer what has changed since; nothing was called then, and <see cref="Read"/> gives the whole.</returns>
    bool ReadChanges(string name, long since, Action<GalleryInfo> begin, Action<string> deleted, GalleryRowVisitor row);

    /// <summary>Makes a gallery with its items in one transaction: it is seen when it is whole, and not at all when this throws.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="dimension">Components of each feature.</param>
    /// <param name="description">A note.</param>
    /// <param name="rows">Hands over the items, all of that dimension, in ascending order of their ids.</param>
    /// <exception cref="FailureException">As <see cref="Create"/>; RESOURCE_EXHAUSTED: too many items; whatever <paramref name="rows"/> throws.</exception>
    GalleryInfo Restore(string name, long dimension, string description, Action<GalleryRowVisitor> rows);
}
