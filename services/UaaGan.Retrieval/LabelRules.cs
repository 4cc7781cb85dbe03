using System.Globalization;
using System.Text;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Bounds of what names an image, everywhere.</summary>
public static class LabelRules
{
    /// <summary>Most bytes of an id, an identity or a camera, in UTF-8.</summary>
    public const int MaxBytes = 256;

    /// <summary>Checks that an id has 1 to <see cref="MaxBytes"/> bytes, and identity and camera no more than that.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT names the part at fault.</exception>
    public static void Check(in ImageLabel label)
    {
        if (label.Id.Length == 0) throw Failure("id", 0, $"1 to {MaxBytes}");
        Check("id", label.Id);
        Check("identity", label.Identity);
        Check("camera", label.Camera);
    }

    private static void Check(string part, string text)
    {
        int bytes = Encoding.UTF8.GetByteCount(text);
        if (bytes > MaxBytes) throw Failure(part, bytes, $"at most {MaxBytes}");
    }

    private static FailureException Failure(string part, int bytes, string allowed) =>
        new(FailureKind.InvalidArgument, part == "id" ? "BAD_ITEM_ID" : "LABEL_TOO_LONG", $"The item's {part} has {bytes} bytes; it must have {allowed}.")
        {
            Field = part,
            Metadata = new Dictionary<string, string> { ["bytes"] = bytes.ToString(CultureInfo.InvariantCulture) },
        };
}
