using System.Diagnostics;
using Grpc.Core;

namespace UaaGan.Benchmarks;

/// <summary>What one rate came to.</summary>
/// <param name="Rate">Calls a second.</param>
/// <param name="AcceptedPerSecond">Images answered a second.</param>
/// <param name="Accepted">Latencies of the answered ones.</param>
/// <param name="Refused">Latencies of the refusals.</param>
/// <param name="AllocatedBytes">Managed bytes that the service allocated for an answered image.</param>
internal sealed record OpenLevel(double Rate, double AcceptedPerSecond, Latencies Accepted, Latencies Refused, double AllocatedBytes);

/// <summary>
/// Calls that come at a mean rate whatever becomes of those before, with the random gaps of independent callers (exponential, seeded). A
/// latency counts from the moment a call was due, so that a generator held up by the service does not hide it.
/// </summary>
internal static class OpenLoop
{
    public static async Task<OpenLevel> RunAsync(
        FeatureCaller caller, ServiceProcess service, IReadOnlyList<byte[]> images, double rate, TimeSpan time, CancellationToken cancellation)
    {
        var random = new Random(1);
        double allocated = await service.AllocatedBytesAsync(cancellation);
        List<Task<(StatusCode Status, double Milliseconds)>> calls = [];
        long start = Stopwatch.GetTimestamp();
        for (var due = TimeSpan.Zero; due < time; due += TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / rate))
        {
            if (due - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } wait) await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)), cancellation);
            cancellation.ThrowIfCancellationRequested();
            calls.Add(CallAsync(calls.Count, due));
        }

        var answers = await Task.WhenAll(calls);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        allocated = await service.AllocatedBytesAsync(cancellation) - allocated;
        var accepted = new Latencies(answers.Where(answer => answer.Status == StatusCode.OK).Select(answer => answer.Milliseconds));
        var refused = new Latencies(answers.Where(answer => answer.Status != StatusCode.OK).Select(answer => answer.Milliseconds));
        return new OpenLevel(rate, accepted.Count / seconds, accepted, refused, allocated / accepted.Count);

        async Task<(StatusCode Status, double Milliseconds)> CallAsync(int number, TimeSpan due)
        {
            var status = await caller.ExtractAsync(images[number % images.Count], cancellation);
            return (status, (Stopwatch.GetElapsedTime(start) - due).TotalMilliseconds);
        }
    }
}
