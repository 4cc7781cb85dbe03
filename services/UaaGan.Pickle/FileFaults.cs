using UaaGan.Failures;

namespace UaaGan.Pickle;

/// <summary>How it is told that a file can't be read: weights and ground truths have their own reasons and their own advice.</summary>
internal abstract class FileFaults
{
    private const int LongestText = 80;

    /// <summary>The file is not what it says that it is, or a part of it is missing.</summary>
    /// <param name="what">What is wrong with the file, as the end of a sentence about it.</param>
    /// <param name="inner">The cause, if it is one.</param>
    public abstract FailureException Damaged(string what, Exception? inner = null);

    /// <summary>The file holds what no reader of ours knows.</summary>
    /// <param name="what">What that is.</param>
    public abstract FailureException NotSupported(string what);

    /// <summary>The file asks for something beyond plain values; nothing of it was run.</summary>
    /// <param name="name">What it asks for.</param>
    public abstract FailureException Refused(string name);

    /// <summary>Text of a file as a message may show it.</summary>
    public static string Shorten(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var shown = text.Length <= LongestText ? text : string.Concat(text.AsSpan(0, LongestText), "...");
        return shown.Any(char.IsControl) ? string.Concat(shown.Select(c => char.IsControl(c) ? '?' : c)) : shown;
    }
}
