using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Every failure of a gallery, whatever stores it.</summary>
internal static class GalleryFailures
{
    public static FailureException NotFound(string gallery) => Make(
        FailureKind.NotFound, "GALLERY_NOT_FOUND", $"There is no gallery '{Short(gallery)}'.", null, gallery);

    public static FailureException Exists(string gallery) => Make(
        FailureKind.AlreadyExists, "GALLERY_EXISTS", $"There is a gallery '{gallery}' already; delete it, or choose another name.", "name", gallery);

    public static FailureException TooMany(int galleries) => new(
        FailureKind.ResourceExhausted, "TOO_MANY_GALLERIES", $"There are {galleries} galleries, as many as the store takes; delete one.");

    public static FailureException Full(GalleryInfo gallery, long items) => Make(
        FailureKind.ResourceExhausted, "GALLERY_FULL",
        $"The gallery '{gallery.Name}' has {items} items, as many as it takes; delete some.", null, gallery.Name);

    public static FailureException WrongDimension(GalleryInfo gallery, string id, int dimension) => Make(
        FailureKind.InvalidArgument, "DIMENSION_MISMATCH",
        $"The feature of item '{id}' has {dimension} components; the gallery '{gallery.Name}' has {gallery.Dimension}.", "feature", gallery.Name, id);

    public static FailureException SnapshotDamaged(string gallery, string what) => Make(
        FailureKind.DataLoss, "SNAPSHOT_DAMAGED", $"The snapshot of gallery '{Short(gallery)}' is damaged: {what}. Take it again, or use another copy.", null, gallery);

    public static FailureException SnapshotForeign(string what) => new(
        FailureKind.InvalidArgument, "SNAPSHOT_FOREIGN", $"This is no snapshot of a gallery: {what}.");

    public static FailureException SnapshotTooNew(int version, int known) => new(
        FailureKind.FailedPrecondition, "SNAPSHOT_TOO_NEW", $"The snapshot has format {version}; this program knows {known}. Use the newer program.");

    public static FailureException DamagedItem(GalleryInfo gallery, string id, int bytes) => Make(
        FailureKind.DataLoss, "STORE_DAMAGED",
        $"The stored feature of '{id}' in gallery '{gallery.Name}' has {bytes} bytes; its dimension {gallery.Dimension} needs {gallery.Dimension * sizeof(float)}. Send the item again.",
        null, gallery.Name, id);

    public static FailureException TooLarge(GalleryInfo gallery, long needed, long allowed) => Make(
        FailureKind.FailedPrecondition, "GALLERY_TOO_LARGE",
        $"The gallery '{gallery.Name}' needs about {needed} bytes of memory to be searched; {allowed} are allowed. Split it, or raise the bound.",
        null, gallery.Name);

    // A name from a request may have any length; a status travels in HTTP headers.
    private static string Short(string text) => text.Length <= 128 ? text : $"{text[..128]}...";

    private static FailureException Make(FailureKind kind, string reason, string message, string? field, string gallery, string? id = null)
    {
        var metadata = new Dictionary<string, string> { ["gallery"] = Short(gallery) };
        if (id is not null) metadata["id"] = id;
        return new FailureException(kind, reason, message) { Field = field, Metadata = metadata };
    }
}
