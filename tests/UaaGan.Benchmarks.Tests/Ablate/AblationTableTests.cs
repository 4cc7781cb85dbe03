namespace UaaGan.Benchmarks.Tests;

public sealed class AblationTableTests
{
    private static readonly AblateSettings Settings = new()
    {
        Set = "orl",
        Variants = AblateSettings.Chosen(paper: false, ["defaults:", "mean: mining=mean", "unmade: batch=8"]),
        Seeds = 3,
        Steps = 10,
        Threads = 1,
    };

    [Fact]
    public void A_line_a_variant_with_mean_and_range_over_the_seeds_asked_for()
    {
        var (defaults, mean) = (Settings.Variants[0], Settings.Variants[1]);
        string table = Print(
            Rows.Of("orl", mean, 2, 10, lost: 0.5),
            Rows.Of("orl", defaults, 1, 10, lost: 0.5), Rows.Of("orl", defaults, 3, 10, lost: 0.9), Rows.Of("orl", defaults, 2, 10, lost: 0.7),
            // Neither another number of steps nor a seed that is not asked for.
            Rows.Of("orl", defaults, 2, 20, lost: 0), Rows.Of("orl", defaults, 4, 10, lost: 0));

        string[] lines = table.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("| defaults |  | 160 | 3 | 0.700 [0.500, 0.900] | 0.250 [0.250, 0.250] | 0.875 [0.875, 0.875] | 0.500 [0.500, 0.500] |", lines[^2]);
        Assert.Equal("| mean | mining=mean | 160 | 1 | 0.500 | 0.250 | 0.875 | 0.500 |", lines[^1]);
        Assert.Contains("clean mAP 0.9800", lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_printed_of_nothing() => Assert.Equal("", Print());

    private static string Print(params AblationRow[] rows)
    {
        using var output = new StringWriter { NewLine = "\n" };
        AblationTable.Print(output, Settings, rows);
        return output.ToString();
    }
}
