using System.Buffers.Text;
using System.Globalization;
using System.Text;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>Pages of a list as AIP-158 wants them. A token holds the last key of its page, so that changes between pages neither repeat nor lose the others.</summary>
public static class Paging
{
    /// <summary>Items of a page when page_size is unset.</summary>
    public const int DefaultSize = 100;

    /// <summary>Most items of a page; a larger page_size is lowered to it.</summary>
    public const int MaxSize = 1000;

    /// <summary>One page of a list.</summary>
    /// <param name="items">All items, in any order.</param>
    /// <param name="key">An item's unique key; the order of the list is the ordinal order of the keys.</param>
    /// <param name="pageSize">page_size of the request; 0: unset.</param>
    /// <param name="pageToken">page_token of the request; empty: the first page.</param>
    /// <param name="scope">Name of the list, such as generators: a token of one list is refused by another.</param>
    /// <param name="descending">Last key first.</param>
    /// <returns>The page and the token of the next one, empty at the end.</returns>
    /// <exception cref="FailureException">INVALID_ARGUMENT: negative size, or a token that this list did not give.</exception>
    public static (IReadOnlyList<T> Page, string NextToken) Page<T>(
        IEnumerable<T> items, Func<T, string> key, int pageSize, string pageToken, string scope, bool descending = false)
    {
        int size = Size(pageSize);
        string? last = Decode(pageToken, scope);
        IComparer<string> order = descending ? Comparer<string>.Create((a, b) => string.CompareOrdinal(b, a)) : StringComparer.Ordinal;
        var rest = items.OrderBy(key, order).Where(item => last is null || order.Compare(key(item), last) > 0).Take(size + 1).ToList();
        if (rest.Count <= size) return (rest, "");

        rest.RemoveAt(size);
        return (rest, Encode(key(rest[^1]), scope));
    }

    /// <summary>The page size to use: the default for 0, at most <see cref="MaxSize"/>.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT: negative.</exception>
    public static int Size(int pageSize)
    {
        if (pageSize >= 0) return pageSize == 0 ? DefaultSize : Math.Min(pageSize, MaxSize);
        throw new FailureException(
            FailureKind.InvalidArgument, "BAD_PAGE_SIZE", $"page_size is {pageSize}; it must be 1 to {MaxSize}, or unset for {DefaultSize}.")
        {
            Field = "page_size",
            Metadata = new Dictionary<string, string> { ["page_size"] = pageSize.ToString(CultureInfo.InvariantCulture) },
        };
    }

    /// <summary>The token of the page after the one that ends with this key.</summary>
    public static string Encode(string lastKey, string scope) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes($"{scope}\n{lastKey}"));

    /// <summary>The key in a token; null when the token is empty.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT: not a token of this list.</exception>
    public static string? Decode(string pageToken, string scope)
    {
        if (pageToken.Length == 0) return null;
        if (Base64Url.IsValid(pageToken))
        {
            string text = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(pageToken));
            if (text.StartsWith(scope + "\n", StringComparison.Ordinal)) return text[(scope.Length + 1)..];
        }

        throw new FailureException(
            FailureKind.InvalidArgument, "BAD_PAGE_TOKEN",
            "page_token is none that this list gave; use the next_page_token of the page before, or leave it out.")
        { Field = "page_token" };
    }
}
