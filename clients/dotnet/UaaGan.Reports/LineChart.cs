using System.Globalization;
using System.Text;

namespace UaaGan.Reports;

/// <summary>A value at a step.</summary>
internal readonly record struct ChartPoint(double X, double Y);

/// <summary>A named line with at least one point, X rising, all values finite.</summary>
internal sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points);

/// <summary>A small line chart as inline SVG: axes with round ticks, a legend, lines told apart by dashes as well as by colour.</summary>
internal static class LineChart
{
    private const int Width = 340, Height = 210;
    private const int Left = 48, Right = 18, Top = 12, Bottom = 34;
    private const int MostPoints = 96;

    public static void Write(MarkupWriter html, string title, IReadOnlyList<ChartSeries> series, string horizontal = "step")
    {
        var x = Axis.Over(series.SelectMany(line => line.Points).Select(point => point.X), 5, startAtZero: true);
        var y = Axis.Over(series.SelectMany(line => line.Points).Select(point => point.Y), 5, startAtZero: false);
        html.Write($"""
            <figure class="chart"><figcaption>{title}</figcaption>
            <svg viewBox="0 0 {Width} {Height}" role="img" aria-label="{title} by {horizontal}">

            """);
        WriteAxes(html, x, y, horizontal);
        for (var i = 0; i < series.Count; i++)
            WriteLine(html, series[i], i, x, y);
        html.Write($"</svg>\n");
        WriteLegend(html, series);
        html.Write($"</figure>\n");
    }

    private static void WriteAxes(MarkupWriter html, Axis x, Axis y, string horizontal)
    {
        foreach (var tick in y.Ticks)
            html.Write($"""<line class="grid" x1="{Left}" x2="{Width - Right}" y1="{Vertical(y, tick):0.##}" y2="{Vertical(y, tick):0.##}" /><text class="tick" x="{Left - 6}" y="{Vertical(y, tick) + 3.5:0.##}" text-anchor="end">{y.Label(tick)}</text>""");
        foreach (var tick in x.Ticks)
            html.Write($"""<line class="grid" x1="{Horizontal(x, tick):0.##}" x2="{Horizontal(x, tick):0.##}" y1="{Height - Bottom}" y2="{Height - Bottom + 4}" /><text class="tick" x="{Horizontal(x, tick):0.##}" y="{Height - Bottom + 16}" text-anchor="middle">{x.Label(tick)}</text>""");
        html.Write($"""
            <line class="axis" x1="{Left}" x2="{Width - Right}" y1="{Height - Bottom}" y2="{Height - Bottom}" /><text class="tick" x="{(Left + Width - Right) / 2}" y="{Height - 4}" text-anchor="middle">{horizontal}</text>

            """);
    }

    private static void WriteLine(MarkupWriter html, ChartSeries series, int index, Axis x, Axis y)
    {
        var bins = Bin(series.Points);
        if (bins.Length == 1)
        {
            html.Write($"<circle class=\"dot s{index}\" cx=\"{Horizontal(x, bins[0].X):0.##}\" cy=\"{Vertical(y, bins[0].Mean):0.##}\" r=\"3\" />\n");
            return;
        }
        if (bins.Any(bin => bin.Highest > bin.Lowest))
        {
            var band = Path(bins.Select(bin => (bin.X, bin.Highest)).Concat(bins.AsEnumerable().Reverse().Select(bin => (bin.X, bin.Lowest))), x, y);
            html.Write($"<path class=\"band s{index}\" d=\"{band}Z\" />");
        }
        html.Write($"<path class=\"line s{index}\" d=\"{Path(bins.Select(bin => (bin.X, bin.Mean)), x, y)}\" />\n");
    }

    private static void WriteLegend(MarkupWriter html, IReadOnlyList<ChartSeries> series)
    {
        html.Write($"<p class=\"legend\">");
        for (var i = 0; i < series.Count; i++)
            html.Write($"""<span><svg class="swatch" viewBox="0 0 22 6" aria-hidden="true"><path class="line s{i}" d="M1 3H21" /></svg> {series[i].Name}<small>last {Numbers.General(series[i].Points[^1].Y)}</small></span>""");
        html.Write($"</p>\n");
    }

    private static string Path(IEnumerable<(double X, double Y)> points, Axis x, Axis y)
    {
        var path = new StringBuilder();
        foreach (var point in points)
            path.Append(path.Length == 0 ? 'M' : 'L').Append(CultureInfo.InvariantCulture, $"{Horizontal(x, point.X):0.##} {Vertical(y, point.Y):0.##}");
        return path.ToString();
    }

    /// <summary>Averages neighbouring points so that a line has at most <see cref="MostPoints"/>; the last bin always ends at the last point.</summary>
    private static Summary[] Bin(IReadOnlyList<ChartPoint> points)
    {
        var count = Math.Min(points.Count, MostPoints);
        return Enumerable.Range(0, count).Select(bin =>
        {
            var members = points.Skip((int)((long)points.Count * bin / count)).Take((int)((long)points.Count * (bin + 1) / count - (long)points.Count * bin / count)).ToArray();
            return new Summary(members.Average(point => point.X), members.Average(point => point.Y), members.Min(point => point.Y), members.Max(point => point.Y));
        }).ToArray();
    }

    private static double Horizontal(Axis axis, double value) => Left + axis.Share(value) * (Width - Left - Right);

    private static double Vertical(Axis axis, double value) => Height - Bottom - axis.Share(value) * (Height - Top - Bottom);

    private readonly record struct Summary(double X, double Mean, double Lowest, double Highest);
}
