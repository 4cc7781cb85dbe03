using System.Globalization;

namespace UaaGan.Cli.Evaluation;

/// <summary>An image that came to nothing, and why.</summary>
internal sealed record FailedItem(string Id, string Reason, string Message)
{
    private const int Shown = 20;

    /// <summary>The failures, one a line, the first twenty of them.</summary>
    public static string List(IReadOnlyCollection<FailedItem> failed)
    {
        var lines = failed.Take(Shown).Select(f => $"  {f.Id}: {f.Message}");
        return string.Join("\n", failed.Count > Shown ? lines.Append(string.Create(CultureInfo.InvariantCulture, $"  and {failed.Count - Shown} more")) : lines);
    }
}
