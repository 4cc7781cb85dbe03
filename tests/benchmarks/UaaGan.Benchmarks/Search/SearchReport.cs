using System.Globalization;
using System.Text.Json;

namespace UaaGan.Benchmarks;

/// <summary>What came out, as a table and as one JSON object.</summary>
/// <param name="Sizes">What was asked for.</param>
/// <param name="MultiplyLimit">GFLOP/s that the machine can do at best.</param>
/// <param name="Timings">Each size with each contender, ours first.</param>
/// <param name="Skipped">What was left out, and why.</param>
internal sealed record SearchReport(SearchSizes Sizes, double MultiplyLimit, IReadOnlyList<SearchTiming> Timings, IReadOnlyList<string> Skipped)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public void PrintTable(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"exact top-{Sizes.K}, {Sizes.Threads} threads; median of {Sizes.Rounds} rounds, fewer where they are long"));
        output.WriteLine(Machine.Description);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"shares are of plain reading, in turn with the others, and of {MultiplyLimit:F0} GFLOP/s, multiply-adds measured in this run"));
        output.WriteLine($"{"N",9} {"D",5} {"Q",5}  {"",-20} {"ms",10} {"queries/s",10} {"GB/s",7} {"share",6} {"GFLOP/s",8} {"share",6} {"ours is",8} {"overlap",8}");
        foreach (var size in Timings.GroupBy(timing => (timing.Rows, timing.Dimension, timing.Queries)))
        {
            foreach (var timing in size)
            {
                string reading = string.Create(CultureInfo.InvariantCulture, $"{timing.GigabytesPerSecond,7:F1} {timing.ReadShare,6:P0}");
                string name = $"{timing.Rows,9} {timing.Dimension,5} {timing.Queries,5}  {timing.Name,-20}";
                output.WriteLine(timing.Overlap is null
                    ? string.Create(CultureInfo.InvariantCulture, $"{name} {timing.Seconds * 1e3,10:F2} {"",10} {reading}")
                    : string.Create(CultureInfo.InvariantCulture, $"{name} {timing.Seconds * 1e3,10:F2} {timing.QueriesPerSecond,10:F1} {reading} {timing.GigaflopsPerSecond,8:F1} {timing.GigaflopsPerSecond / MultiplyLimit,6:P0} {timing.Seconds / size.First().Seconds,7:F2}x {timing.Overlap,8:F4}"));
            }
        }

        foreach (string line in Skipped) output.WriteLine(line);
    }

    public void PrintJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Machine = Machine.Description,
            Sizes.K,
            Sizes.Threads,
            MultiplyLimit,
            Timings = Timings.Select(timing => new
            {
                timing.Rows,
                timing.Dimension,
                timing.Queries,
                timing.Name,
                timing.Seconds,
                timing.Rounds,
                timing.QueriesPerSecond,
                timing.GigabytesPerSecond,
                timing.GigaflopsPerSecond,
                timing.ReadShare,
                MultiplyShare = timing.GigaflopsPerSecond / MultiplyLimit,
                timing.Overlap,
            }),
            Skipped,
        },
        Json));
}
