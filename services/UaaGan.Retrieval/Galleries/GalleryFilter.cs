namespace UaaGan.Retrieval;

/// <summary>The items of a gallery that a query may find: those that meet every condition.</summary>
public sealed class GalleryFilter
{
    private readonly HashSet<string> _identities;
    private readonly HashSet<string> _cameras;
    private readonly HashSet<string> _excludedIds;
    private readonly HashSet<(string Identity, string Camera)> _excludedAppearances;

    /// <param name="identities">Only these; none: any.</param>
    /// <param name="cameras">Only these; none: any.</param>
    /// <param name="excludedIds">No item with such an id.</param>
    /// <param name="excludedAppearances">No item of such an identity under such a camera.</param>
    public GalleryFilter(
        IEnumerable<string>? identities = null,
        IEnumerable<string>? cameras = null,
        IEnumerable<string>? excludedIds = null,
        IEnumerable<(string Identity, string Camera)>? excludedAppearances = null)
    {
        _identities = new HashSet<string>(identities ?? [], StringComparer.Ordinal);
        _cameras = new HashSet<string>(cameras ?? [], StringComparer.Ordinal);
        _excludedIds = new HashSet<string>(excludedIds ?? [], StringComparer.Ordinal);
        _excludedAppearances = [.. excludedAppearances ?? []];
    }

    /// <summary>Whether an item may be found.</summary>
    public bool Allows(in ImageLabel item) =>
        (_identities.Count == 0 || _identities.Contains(item.Identity)) &&
        (_cameras.Count == 0 || _cameras.Contains(item.Camera)) &&
        !_excludedIds.Contains(item.Id) &&
        !_excludedAppearances.Contains((item.Identity, item.Camera));
}
