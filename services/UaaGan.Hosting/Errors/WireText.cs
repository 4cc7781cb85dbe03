using System.Text;

namespace UaaGan.Hosting;

/// <summary>
/// Bounds of what a status says. It travels in the trailers, twice and encoded, and clients drop a call whose trailers are larger than
/// 8 KiB; a caller's own text, repeated to it, would be as long as the caller likes.
/// </summary>
internal static class WireText
{
    /// <summary>Bytes of a message.</summary>
    public const int MessageBytes = 1024;

    /// <summary>Bytes of a field's path, and of a variable of the message.</summary>
    public const int NameBytes = 256;

    private const string Ellipsis = "...";

    /// <summary>The text, or as much of its beginning as fits.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxBytes">Bytes of UTF-8 that it may have.</param>
    public static string Clip(string text, int maxBytes)
    {
        // No character has less than a byte.
        if (text.Length <= maxBytes && Encoding.UTF8.GetByteCount(text) <= maxBytes) return text;
        int room = maxBytes - Ellipsis.Length, end = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            room -= rune.Utf8SequenceLength;
            if (room < 0) break;
            end += rune.Utf16SequenceLength;
        }

        return text[..end] + Ellipsis;
    }
}
