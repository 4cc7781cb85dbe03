using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace UaaGan.Reports.Tests;

public partial class TrainingCurvesTests
{
    [Fact]
    public void No_history_draws_nothing() =>
        Assert.DoesNotContain("class=\"chart\"", HtmlReport.Render(Samples.Report(Samples.Scenario(queries: 0) with { Training = [] })), StringComparison.Ordinal);

    [Fact]
    public void One_point_is_a_dot_inside_the_axes()
    {
        var chart = Assert.Single(Charts(Points((10, 0.25))));
        Assert.DoesNotContain(chart.Descendants("path"), IsLine);
        var dot = Assert.Single(chart.Descendants("circle"));
        Assert.InRange(Number(dot, "cx"), 48, 322);
        Assert.InRange(Number(dot, "cy"), 12, 176);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.5)]
    [InlineData(-3.0)]
    [InlineData(1e-12)]
    [InlineData(1e300)]
    public void A_constant_runs_straight_through_the_middle(double value)
    {
        var chart = Assert.Single(Charts(Points((1, value), (2, value), (3, value))));
        var heights = Coordinates(chart.Descendants("path").Single(IsLine)).Select(point => point.Y).ToArray();
        Assert.Equal(3, heights.Length);
        Assert.All(heights, height => Assert.Equal(heights[0], height));
        Assert.InRange(heights[0], 12 + 20, 176 - 20);
        Assert.All(chart.Descendants("text"), label => Assert.DoesNotMatch("NaN|∞|Infinity", label.Value));
    }

    [Fact]
    public void A_line_runs_from_the_first_to_the_last_value_between_round_ticks()
    {
        var chart = Assert.Single(Charts(Points((0, 0), (500, 0.5), (1000, 1))));
        Assert.Equal([(48, 176), (185, 94), (322, 12)], Coordinates(chart.Descendants("path").Single(IsLine)));
        var labels = chart.Descendants("text").Select(label => label.Value).ToArray();
        Assert.Equal(["0", "0.2", "0.4", "0.6", "0.8", "1.0", "0", "200", "400", "600", "800", "1000", "step"], labels);
    }

    [Fact]
    public void A_long_history_is_averaged_in_bins_with_a_band_of_its_range()
    {
        var chart = Assert.Single(Charts(Points(Enumerable.Range(0, 10_000).Select(step => ((long)step, step % 2 == 0 ? 0.0 : 1.0)).ToArray())));
        var line = Coordinates(chart.Descendants("path").Single(IsLine)).ToArray();
        Assert.Equal(96, line.Length);
        Assert.All(line, point => Assert.InRange(point.Y, 93, 95));
        var band = Coordinates(chart.Descendants("path").Single(path => path.Attribute("class")!.Value.StartsWith("band", StringComparison.Ordinal))).ToArray();
        Assert.Equal((12, 176), (band.Min(point => point.Y), band.Max(point => point.Y)));
    }

    [Fact]
    public void The_discriminators_two_outputs_share_a_panel_with_a_legend_and_unknown_values_get_their_own()
    {
        var scalars = new Dictionary<string, double> { ["d_real"] = 0.8, ["d_fake"] = 0.2, ["loss_metric"] = 1, ["zeta"] = 3, ["alpha"] = 2 };
        var charts = Charts([new(1, scalars), new(2, scalars)]);
        Assert.Equal(["Metric loss", "Discriminator", "alpha", "zeta"], charts.Select(chart => chart.Element("figcaption")!.Value));
        var legend = charts[1].Descendants("p").Single().Elements("span").Select(span => span.Value.Trim()).ToArray();
        Assert.Equal(["d_reallast 0.8", "d_fakelast 0.2"], legend);
        Assert.Equal(["line s0", "line s1"], charts[1].Elements("svg").Single().Elements("path").Where(IsLine).Select(path => path.Attribute("class")!.Value));
    }

    [Fact]
    public void A_value_measured_at_some_steps_only_keeps_their_positions()
    {
        var chart = Charts(
        [
            new(0, new Dictionary<string, double> { ["a"] = 1 }), new(50, new Dictionary<string, double> { ["b"] = 0 }),
            new(100, new Dictionary<string, double> { ["a"] = 2, ["b"] = 1 }),
        ])[1];
        Assert.Equal([185, 322], Coordinates(chart.Descendants("path").Single(IsLine)).Select(point => point.X));
    }

    private static ReportTrainingPoint[] Points(params (long Step, double Value)[] points) =>
        points.Select(point => new ReportTrainingPoint(point.Step, new Dictionary<string, double> { ["loss_metric"] = point.Value })).ToArray();

    private static XElement[] Charts(IReadOnlyList<ReportTrainingPoint> training) =>
        HtmlReportTests.Parse(HtmlReport.Render(Samples.Report(Samples.Scenario(queries: 0) with { Training = training })))
            .Descendants("figure").Where(figure => figure.Attribute("class")!.Value == "chart").ToArray();

    private static bool IsLine(XElement path) =>
        path.Attribute("class")!.Value.StartsWith("line", StringComparison.Ordinal) && (string?)path.Parent!.Attribute("class") != "swatch";

    private static IEnumerable<(double X, double Y)> Coordinates(XElement path) => CoordinatePattern().Matches(path.Attribute("d")!.Value)
        .Select(match => (double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), double.Parse(match.Groups[2].Value, CultureInfo.InvariantCulture)));

    private static double Number(XElement element, string attribute) => double.Parse(element.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);

    [GeneratedRegex("[ML]([0-9.]+) ([0-9.]+)")]
    private static partial Regex CoordinatePattern();
}
