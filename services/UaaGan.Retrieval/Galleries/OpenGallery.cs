using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>A gallery during one transaction that writes to it: the rules of every store on what it takes.</summary>
/// <param name="Key">Its key in the store.</param>
/// <param name="Info">The gallery as the transaction found it.</param>
/// <param name="KnownSince">The generation since which the store knows every change.</param>
internal sealed record OpenGallery(long Key, GalleryInfo Info, long KnownSince)
{
    /// <summary>Items in it by now.</summary>
    public long Items { get; private set; } = Info.Items;

    /// <summary>The generation of what the transaction writes; null: nothing yet.</summary>
    public long? Generation { get; set; }

    /// <summary>Why it takes this item in no case; null: it may.</summary>
    public FailureException? Refusal(GalleryWrite item)
    {
        try
        {
            LabelRules.Check(item.Label);
        }
        catch (FailureException failure)
        {
            return failure;
        }

        return item.Feature.Length == Info.Dimension ? null : GalleryFailures.WrongDimension(Info, item.Label.Id, item.Feature.Length);
    }

    /// <summary>Counts an item in; the failure when it is a new one and there is no room.</summary>
    public FailureException? Add(bool isNew, GalleryLimits limits)
    {
        if (!isNew) return null;
        if (Items >= limits.MaxItems) return GalleryFailures.Full(Info, Items);
        Items++;
        return null;
    }

    /// <summary>Counts items out.</summary>
    public void Remove(int items) => Items -= items;
}
