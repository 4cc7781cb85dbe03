namespace UaaGan.Retrieval;

/// <summary>
/// The one order of ids: by their UTF-8 bytes. It equals the order of code points, which UTF-16's ordinal order is not: there a
/// surrogate pair sorts below U+E000 to U+FFFF.
/// </summary>
public sealed class Utf8Order : IComparer<string>
{
    private Utf8Order()
    {
    }

    /// <summary>The comparer.</summary>
    public static Utf8Order Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(string? x, string? y)
    {
        if (x is null || y is null) return (x is null ? 0 : 1) - (y is null ? 0 : 1);

        int common = x.AsSpan().CommonPrefixLength(y);
        if (common == x.Length || common == y.Length) return x.Length - y.Length;

        char a = x[common], b = y[common];
        bool surrogateA = char.IsSurrogate(a), surrogateB = char.IsSurrogate(b);
        if (surrogateA == surrogateB) return a - b;

        // A surrogate stands for a code point above U+FFFF, so it is the larger, except against a code unit that is one too.
        return surrogateA ? 1 : -1;
    }
}
