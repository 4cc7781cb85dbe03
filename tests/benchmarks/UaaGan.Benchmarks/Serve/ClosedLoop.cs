using System.Diagnostics;
using Grpc.Core;

namespace UaaGan.Benchmarks;

/// <summary>What one concurrency came to.</summary>
/// <param name="Concurrency">Callers.</param>
/// <param name="ImagesPerSecond">Answered.</param>
/// <param name="Accepted">Their latencies.</param>
/// <param name="Refused">How many calls were refused.</param>
/// <param name="AllocatedBytes">Managed bytes that the service allocated for an answered image.</param>
internal sealed record ClosedLevel(int Concurrency, double ImagesPerSecond, Latencies Accepted, int Refused, double AllocatedBytes);

/// <summary>Callers who send one image, wait for its feature, and send the next.</summary>
internal static class ClosedLoop
{
    public static async Task<ClosedLevel> RunAsync(
        FeatureCaller caller, ServiceProcess service, IReadOnlyList<byte[]> images, int concurrency, TimeSpan time, CancellationToken cancellation)
    {
        double allocated = await service.AllocatedBytesAsync(cancellation);
        long start = Stopwatch.GetTimestamp();
        var callers = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(number => Task.Run(() => CallAsync(number), cancellation)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        allocated = await service.AllocatedBytesAsync(cancellation) - allocated;
        var accepted = new Latencies(callers.SelectMany(one => one.Accepted));
        return new ClosedLevel(concurrency, accepted.Count / seconds, accepted, callers.Sum(one => one.Refused), allocated / accepted.Count);

        async Task<(List<double> Accepted, int Refused)> CallAsync(int number)
        {
            List<double> milliseconds = [];
            int refused = 0;
            for (int i = number; Stopwatch.GetElapsedTime(start) < time; i++)
            {
                long sent = Stopwatch.GetTimestamp();
                if (await caller.ExtractAsync(images[i % images.Count], cancellation) == StatusCode.OK) milliseconds.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
                else refused++;
            }

            return (milliseconds, refused);
        }
    }
}
