using System.Globalization;

namespace UaaGan.Reports;

/// <summary>How a report prints numbers: invariant, a fixed number of digits, a true minus sign.</summary>
internal static class Numbers
{
    private const string NoBreakSpace = "\u00a0";

    /// <summary>A metric between 0 and 1, such as 0.625.</summary>
    public static string Metric(double value) => Fixed(value, 3);

    /// <summary>A share as a percentage, such as 88.1 %.</summary>
    public static string Share(double value) => Fixed(100 * value, 1) + NoBreakSpace + "%";

    /// <summary>The interval of a metric, such as 0.601 to 0.648; null without one.</summary>
    public static string? MetricInterval(ReportEstimate estimate) =>
        estimate is { Lower: { } lower, Upper: { } upper } ? $"{Metric(lower)} to {Metric(upper)}" : null;

    /// <summary>The interval of a share, such as 84.0 to 91.2 %; null without one.</summary>
    public static string? ShareInterval(ReportEstimate estimate) =>
        estimate is { Lower: { } lower, Upper: { } upper } ? $"{Fixed(100 * lower, 1)} to {Share(upper)}" : null;

    /// <summary>A peak signal-to-noise ratio, such as 32.4 dB; infinite when nothing changed.</summary>
    public static string Decibel(double value) => double.IsPositiveInfinity(value) ? "∞" : Fixed(value, 1);

    /// <summary>A duration in milliseconds with about three digits.</summary>
    public static string Milliseconds(double value) => Fixed(value, value >= 100 ? 0 : value >= 10 ? 1 : 2);

    /// <summary>A count with thin groups, such as 12 936.</summary>
    public static string Count(long value) =>
        value.ToString("#,0", CultureInfo.InvariantCulture).Replace(",", "\u202f", StringComparison.Ordinal);

    /// <summary>A value of unknown magnitude, with four significant digits.</summary>
    public static string General(double value) => Minus(value.ToString("G4", CultureInfo.InvariantCulture));

    /// <summary>A count with its noun in the right number, such as "1 query".</summary>
    public static string Of(long count, string one, string many) => $"{Count(count)} {(count == 1 ? one : many)}";

    private static string Fixed(double value, int digits)
    {
        var text = value.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var isZero = text.AsSpan().IndexOfAnyInRange('1', '9') < 0;
        return Minus(isZero ? text.TrimStart('-') : text);
    }

    private static string Minus(string text) => text.Replace('-', '\u2212');
}
