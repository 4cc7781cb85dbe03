using UaaGan.Failures;

namespace UaaGan.Benchmarks.Tests;

public sealed class AblationFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("uaagan-ablation-").FullName;

    private string Results => Path.Combine(_folder, "new", "results.jsonl");

    [Fact]
    public void A_second_start_finds_the_rows_of_the_first()
    {
        var variant = AblationVariant.Parse("a: mining=mean images=32 epsilon=4/255");
        using (var file = Open()) file.Append(Rows.Of("orl", variant, seed: 2, steps: 10));

        using var again = Open();

        var row = Assert.Single(again.Rows);
        Assert.True(row.IsOf("orl", variant, 2, 10));
        Assert.Equal(0.75, row.MapLost);
        Assert.Equal("mean", row.Options["mining"]);
    }

    [Theory]
    [InlineData("a: mining=mean", "orl", 2, 10, true)]
    // The name is no part of what a run is, nor is an option that says what the default is.
    [InlineData("b: mining=mean batch=16", "orl", 2, 10, true)]
    [InlineData("a: mining=nearest", "orl", 2, 10, false)]
    [InlineData("a: mining=mean images=32", "orl", 2, 10, false)]
    [InlineData("a: mining=mean epsilon=4/255", "orl", 2, 10, false)]
    [InlineData("a: mining=mean", "market", 2, 10, false)]
    [InlineData("a: mining=mean", "orl", 1, 10, false)]
    [InlineData("a: mining=mean", "orl", 2, 11, false)]
    public void A_row_is_of_a_run_with_the_same_settings(string asked, string set, ulong seed, long steps, bool same)
    {
        var row = Rows.Of("orl", AblationVariant.Parse("a: mining=mean"), seed: 2, steps: 10);

        Assert.Equal(same, row.IsOf(set, AblationVariant.Parse(asked), seed, steps));
    }

    [Fact]
    public void A_cut_off_last_line_is_removed_and_the_next_row_is_whole()
    {
        var variant = AblationVariant.Parse("a:");
        using (var file = Open())
        {
            file.Append(Rows.Of("orl", variant, seed: 1, steps: 10));
            file.Append(Rows.Of("orl", variant, seed: 2, steps: 10));
        }

        byte[] bytes = File.ReadAllBytes(Results);
        File.WriteAllBytes(Results, bytes[..^20]);
        var told = new List<string>();
        using (var file = AblationFile.Open(Results, told.Add))
        {
            Assert.Equal([1UL], file.Rows.Select(row => row.Seed));
            file.Append(Rows.Of("orl", variant, seed: 3, steps: 10));
        }

        Assert.Contains("cut off", Assert.Single(told), StringComparison.Ordinal);
        using var again = Open();
        Assert.Equal([1UL, 3UL], again.Rows.Select(row => row.Seed));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("lost 0.75")]
    public void A_line_that_is_no_row_is_refused_by_its_number(string line)
    {
        using (var file = Open()) file.Append(Rows.Of("orl", AblationVariant.Parse("a:"), seed: 1, steps: 10));
        File.AppendAllText(Results, line + "\n");

        var failure = Assert.Throws<FailureException>(Open);

        Assert.Equal("ABLATION_FILE_DAMAGED", failure.Reason);
        Assert.Contains("Line 2", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_another_run_has_open_is_refused()
    {
        using var first = Open();

        Assert.Equal("ABLATION_FILE_UNUSABLE", Assert.Throws<FailureException>(Open).Reason);
    }

    [Fact]
    public void Without_a_file_rows_are_kept_in_memory()
    {
        using var file = AblationFile.Open(null, Assert.Fail);
        file.Append(Rows.Of("orl", AblationVariant.Parse("a:"), seed: 1, steps: 10));

        Assert.Single(file.Rows);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private AblationFile Open() => AblationFile.Open(Results, Assert.Fail);
}
