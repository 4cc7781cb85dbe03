using System.Globalization;
using Google.Protobuf.WellKnownTypes;

namespace UaaGan.Cli;

/// <summary>Numbers and times as people read them, in the invariant culture.</summary>
internal static class Formats
{
    public static string Count(ulong value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Metric(double value) => value.ToString("0.0000", CultureInfo.InvariantCulture);

    public static string Percent(double share) => (Math.Round(100 * share, 1) + 0.0).ToString("0.0", CultureInfo.InvariantCulture) + " %"; // + 0.0: no -0.0

    public static string Decibel(double value) => double.IsFinite(value) ? value.ToString("0.00", CultureInfo.InvariantCulture) : "∞";

    public static string Milliseconds(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    public static string Seconds(double value) => TimeSpan.FromSeconds(value) is { TotalMinutes: >= 1 } span
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalMinutes} min {span.Seconds} s")
        : string.Create(CultureInfo.InvariantCulture, $"{value:0.0} s");

    public static string Scalar(double value) => value.ToString("G4", CultureInfo.InvariantCulture);

    public static string Time(Timestamp? time) => time?.ToDateTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? "";

    public static string ShortHash(string hash) => hash.Length > 12 ? hash[..12] : hash;
}
