using System.Globalization;

namespace UaaGan.Benchmarks;

/// <summary>The tables of bench serve.</summary>
internal static class ServeReport
{
    private static readonly double[] Shares = [0.5, 0.95, 0.99, 0.999];

    public static void Rates(TextWriter output, ServedModel model, int images, ServeSettings settings, IReadOnlyList<Throughput> contenders)
    {
        output.WriteLine();
        Line(output, $"{model.Card.Name}, {model.Card.Input.Height}x{model.Card.Input.Width} (rows x columns), {model.Origin}, mean file {model.Images.Average(image => image.Length) / 1024:0.0} KiB");
        Line(output, $"JPEG to feature: {images} images a round, batch {settings.Batch}, {settings.Threads} threads; median of {settings.Rounds} rounds in turns");
        Line(output, $"{"",-38} {"images/s",9} {"x in process",13} {"x grpcio",9} {"cosine",9}");
        double direct = contenders[0].Rate;
        double grpcio = contenders.Count > 2 ? contenders[2].Rate : double.NaN;
        foreach (var contender in contenders)
            Line(output, $"{contender.Name,-38} {contender.Rate,9:0.0} {contender.Rate / direct,13:0.00} {contender.Rate / grpcio,9:0.00} {contender.LeastCosine,9:F6}");
    }

    public static void Closed(TextWriter output, IReadOnlyList<ClosedLevel> levels)
    {
        output.WriteLine();
        output.WriteLine(Cores.CanBeShared ? "Closed loop, the load generator on a core of its own" : "Closed loop, the load generator on the service's only core");
        Line(output, $"{"callers",8} {"images/s",9} {Heads} {"refused",8} {"KiB/image",10}");
        foreach (var level in levels)
            Line(output, $"{level.Concurrency,8} {level.ImagesPerSecond,9:0.0} {Percentiles(level.Accepted)} {level.Refused,8} {level.AllocatedBytes / 1024,10:0.0}");
    }

    public static void Open(TextWriter output, IReadOnlyList<OpenLevel> levels, double capacity)
    {
        output.WriteLine();
        Line(output, $"Open loop, in multiples of the {capacity:0.0} images/s that the closed loop reached");
        Line(output, $"{"x capac.",8} {"images/s",9} {Heads} {"refused",8} {"KiB/image",10} {"refusal p99",12}");
        foreach (var level in levels)
        {
            Line(output,
                $"{level.Rate / capacity,8:0.00} {level.AcceptedPerSecond,9:0.0} {Percentiles(level.Accepted)} {level.Refused.Count,8} {level.AllocatedBytes / 1024,10:0.0} {level.Refused.At(0.99),9:0.0} ms");
        }

        var atCapacity = levels.MinBy(level => Math.Abs(level.Rate - capacity))!;
        var heaviest = levels.MaxBy(level => level.Rate)!;
        Line(output, $"p99 of accepted calls at {heaviest.Rate / capacity:0.0} x capacity is {heaviest.Accepted.At(0.99) / atCapacity.Accepted.At(0.99):0.00} times that at {atCapacity.Rate / capacity:0.0} x.");
    }

    public static void Streams(TextWriter output, ManyStreamsResult result)
    {
        output.WriteLine();
        Line(output,
            $"{result.Streams} streams at once, accepted in {result.OpenSeconds:0.0} s; {result.Answered} images, all answered, in {result.Seconds:0.0} s ({result.Answered / result.Seconds:0.0} images/s); {result.Refused} were asked to come again.");
    }

    private static string Heads => string.Concat(Shares.Select(share => string.Create(CultureInfo.InvariantCulture, $" {$"p{100 * share:0.#} ms",10}")));

    private static string Percentiles(Latencies latencies) =>
        string.Concat(Shares.Select(share => string.Create(CultureInfo.InvariantCulture, $" {latencies.At(share),10:0.0}")));

    private static void Line(TextWriter output, FormattableString text) => output.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
