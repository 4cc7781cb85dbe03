using System.Globalization;

namespace UaaGan.Benchmarks;

/// <summary>What is left of a row of like pieces of work.</summary>
internal static class TimeLeft
{
    /// <summary>In words, such as "2 h 5 min"; "unknown" before anything is done.</summary>
    /// <param name="elapsed">Time so far.</param>
    /// <param name="done">Pieces done so far, the current one in part.</param>
    /// <param name="total">Pieces in all.</param>
    public static string Of(TimeSpan elapsed, double done, double total)
    {
        if (done <= 0) return "unknown";
        TimeSpan left = elapsed * ((total - done) / done);
        return left.TotalMinutes < 1 ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalSeconds:F0} s")
            : left.TotalHours < 1 ? string.Create(CultureInfo.InvariantCulture, $"{left.TotalMinutes:F0} min")
            : string.Create(CultureInfo.InvariantCulture, $"{(int)left.TotalHours} h {left.Minutes} min");
    }
}
