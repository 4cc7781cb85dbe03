using System.Globalization;
using System.Text.Json;

namespace UaaGan.Benchmarks;

/// <summary>One contender.</summary>
/// <param name="Name">Who.</param>
/// <param name="Seconds">Of one batch; the median over the rounds.</param>
/// <param name="BestSeconds">In the best round.</param>
/// <param name="ProcessorSeconds">Of the processor, all threads together; the median over the rounds.</param>
internal sealed record KernelTiming(string Name, double Seconds, double BestSeconds, double ProcessorSeconds);

/// <summary>What came out, as a table and as one JSON object.</summary>
/// <param name="Batch">What was perturbed.</param>
/// <param name="Threads">Threads of each contender.</param>
/// <param name="Rounds">Rounds measured.</param>
/// <param name="Timings">Ours first, plain traffic last.</param>
internal sealed record KernelsReport(PerturbBatch Batch, int Threads, int Rounds, IReadOnlyList<KernelTiming> Timings)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public void PrintTable(TextWriter output)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"perturb_forward, {Batch.Images} images of {Batch.Width}x{Batch.Height}, {Threads} threads; median and best of {Rounds} rounds; bytes are those that one pass must move"));
        output.WriteLine(Machine.Description);
        output.WriteLine($"{"",-26} {"ms",9} {"best",9} {"images/s",10} {"GB/s",7} {"of traffic",11} {"ours is",9} {"CPU ms",9} {"of traffic",11} {"ours is",9}");
        foreach (var timing in Timings)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{timing.Name,-26} {timing.Seconds * 1e3,9:F2} {timing.BestSeconds * 1e3,9:F2} {Batch.Images / timing.Seconds,10:F0} {Batch.Bytes / timing.Seconds / 1e9,7:F1} {Timings[^1].Seconds / timing.Seconds,11:P0} {timing.Seconds / Timings[0].Seconds,8:F2}x {timing.ProcessorSeconds * 1e3,9:F2} {Timings[^1].ProcessorSeconds / timing.ProcessorSeconds,11:P0} {timing.ProcessorSeconds / Timings[0].ProcessorSeconds,8:F2}x"));
        }
    }

    public void PrintJson(TextWriter output) => output.WriteLine(JsonSerializer.Serialize(
        new
        {
            Machine = Machine.Description,
            Kernel = "perturb_forward",
            Batch.Images,
            Batch.Height,
            Batch.Width,
            Threads,
            Rounds,
            Batch.Bytes,
            Timings = Timings.Select(timing => new
            {
                timing.Name,
                timing.Seconds,
                timing.BestSeconds,
                timing.ProcessorSeconds,
                TrafficShare = Timings[^1].Seconds / timing.Seconds,
                Ratio = timing.Seconds / Timings[0].Seconds,
            }),
        },
        Json));
}
