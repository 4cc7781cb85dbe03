using System.CommandLine;
using System.Globalization;
using System.Text.Json;

namespace UaaGan.Benchmarks;

/// <summary>bench load.</summary>
internal static class LoadCommand
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static Command Create()
    {
        var rows = NumberOption.Create("--rows", 1_000_000, "Rows of the gallery.");
        var dimension = NumberOption.Create("--dimension", 512, "Components of a feature.");
        var rounds = NumberOption.Create("--rounds", 3, "Loads, and searches of one query.");
        var json = new Option<bool>("--json") { Description = "One JSON object instead of the lines." };
        var command = new Command("load", "Writes a gallery to SQLite in a temporary folder, reads it into memory as the service does, and searches it.") { rows, dimension, rounds, json };
        command.SetAction((parsed, cancellation) =>
        {
            string folder = Directory.CreateTempSubdirectory("uaagan-bench-load-").FullName;
            try
            {
                var result = new LoadBenchmark(parsed.GetValue(rows), parsed.GetValue(dimension), parsed.GetValue(rounds), folder, Console.Error.WriteLine).Run(cancellation);
                Console.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(result, Json) : Lines(result));
                return Task.FromResult(0);
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        });
        return command;
    }

    private static string Lines(LoadResult result) => string.Create(CultureInfo.InvariantCulture, $"""
        {Machine.Description}
        {result.Rows} rows of {result.Dimension}, {result.FileBytes / 1e9:0.00} GB in SQLite, written in {result.WriteSeconds:0.0} s
        load       {Each(result.LoadSeconds, "0.0")} s
        search     {Each(result.SearchMilliseconds, "0")} ms, one query
        write and search {Each(result.WriteAndSearchMilliseconds, "0")} ms, one item
        peak       {result.PeakBytes / (double)(1 << 30):0.0} GiB
        """);

    private static string Each(double[] values, string format) => string.Join(", ", values.Select(value => value.ToString(format, CultureInfo.InvariantCulture)));
}
