using System.Text;
using System.Text.RegularExpressions;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Bounds of a store, and of what a gallery may be called.</summary>
public sealed partial record GalleryLimits
{
    /// <summary>Most bytes of a description, in UTF-8.</summary>
    public const int MaxDescriptionBytes = 4096;

    /// <summary>Galleries in the store. Default: 1000.</summary>
    public int MaxGalleries { get; init; } = 1000;

    /// <summary>Items in one gallery. Default: 1,000,000.</summary>
    public int MaxItems { get; init; } = 1_000_000;

    /// <summary>Deletions of a gallery that the store remembers for <see cref="IGalleryStore.ReadChanges"/>; beyond, a reader begins anew.</summary>
    internal const int MaxRememberedDeletions = 10_000;

    /// <summary>Checks what a gallery is made with.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT names the part at fault.</exception>
    public static void Check(string name, long dimension, string description)
    {
        if (!IsName(name))
        {
            throw Failure("BAD_GALLERY_NAME", "name", "The gallery's name must have 1 to 128 characters of a-z, 0-9, '_', '-' and '.'.");
        }

        if (dimension is < 1 or > UnitFeature.MaxDimension)
        {
            throw Failure("BAD_DIMENSION", "dimension", $"The gallery's dimension is {dimension}; it must be 1 to {UnitFeature.MaxDimension}.");
        }

        int bytes = Encoding.UTF8.GetByteCount(description);
        if (bytes > MaxDescriptionBytes)
        {
            throw Failure("DESCRIPTION_TOO_LONG", "description", $"The description has {bytes} bytes; it may have {MaxDescriptionBytes}.");
        }
    }

    /// <summary>Whether a gallery may be called so; what may not be is in no store.</summary>
    internal static bool IsName(string name) => Name().IsMatch(name);

    private static FailureException Failure(string reason, string field, string message) =>
        new(FailureKind.InvalidArgument, reason, message) { Field = field };

    [GeneratedRegex(@"\A[a-z0-9_.-]{1,128}\z")]
    private static partial Regex Name();
}
