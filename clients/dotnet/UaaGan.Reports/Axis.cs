using System.Globalization;

namespace UaaGan.Reports;

/// <summary>An axis from one round tick to another.</summary>
internal sealed class Axis
{
    private readonly double _first;
    private readonly double _step;
    private readonly int _intervals;

    private Axis(double first, double step, int intervals)
    {
        (_first, _step, _intervals) = (first, step, intervals);
        Ticks = Enumerable.Range(0, intervals + 1).Select(i => (first + i) * step).ToArray();
    }

    /// <summary>The ticks, rising; the axis spans from the first to the last.</summary>
    public IReadOnlyList<double> Ticks { get; }

    /// <summary>An axis that covers finite values with about <paramref name="intervals"/> steps of 1, 2 or 5 times a power of ten.</summary>
    public static Axis Over(IEnumerable<double> values, int intervals, bool startAtZero)
    {
        var (lowest, highest) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
            (lowest, highest) = (Math.Min(lowest, value), Math.Max(highest, value));
        if (startAtZero)
            lowest = Math.Min(lowest, 0);

        // A constant, or a span lost in its own rounding, gets room on both sides, so that its line runs through the middle.
        var smallest = Math.Max(Math.Max(Math.Abs(lowest), Math.Abs(highest)) * 1e-9, 1e-300);
        if (highest - lowest <= smallest)
        {
            var room = highest == 0 ? 1 : Math.Abs(highest) / 2;
            (lowest, highest) = (startAtZero ? lowest : lowest - room, highest + room);
        }
        var step = RoundUp((highest / intervals) - (lowest / intervals));
        var first = Math.Floor(lowest / step);
        return new Axis(first, step, Math.Max(1, (int)(Math.Ceiling(highest / step) - first)));
    }

    /// <summary>Where a value lies: 0 at the first tick, 1 at the last.</summary>
    public double Share(double value) => (value / _step - _first) / _intervals;

    /// <summary>A tick's text with as many digits as the step needs.</summary>
    public string Label(double tick)
    {
        var largest = Math.Max(Math.Abs(Ticks[0]), Math.Abs(Ticks[^1]));
        if (Math.Abs(tick) < _step / 2)
            return "0";
        if (largest >= 1e5 || largest < 1e-3)
            return tick.ToString("0.##e0", CultureInfo.InvariantCulture).Replace('-', '\u2212');
        var digits = Math.Max(0, (int)-Math.Floor(Math.Log10(_step) + 1e-9));
        return tick.ToString("F" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).Replace('-', '\u2212');
    }

    private static double RoundUp(double step)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(step)));
        var leading = step / power;
        return power * (leading <= 1 ? 1 : leading <= 2 ? 2 : leading <= 5 ? 5 : 10);
    }
}
