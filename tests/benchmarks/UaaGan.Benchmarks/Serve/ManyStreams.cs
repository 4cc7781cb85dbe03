using System.Diagnostics;
using Google.Rpc;
using Grpc.Core;

namespace UaaGan.Benchmarks;

/// <summary>What many streams at once came to.</summary>
/// <param name="Streams">Streams that were open at the same time.</param>
/// <param name="Answered">Images that got their feature.</param>
/// <param name="Refused">Answers that asked to try again later, and were obeyed.</param>
/// <param name="OpenSeconds">Until the last stream was accepted.</param>
/// <param name="Seconds">From then until the last image was answered.</param>
internal sealed record ManyStreamsResult(int Streams, int Answered, int Refused, double OpenSeconds, double Seconds);

/// <summary>Opens many streams, all of them before the first image is sent, and has every image of every stream answered.</summary>
internal static class ManyStreams
{
    public static async Task<ManyStreamsResult> RunAsync(
        Func<CancellationToken, Task<FeatureStream>> open, IReadOnlyList<byte[]> images, int streams, int imagesPerStream, CancellationToken cancellation)
    {
        List<FeatureStream> opened = [];
        try
        {
            long start = Stopwatch.GetTimestamp();
            opened.AddRange(await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => open(cancellation))));
            double openSeconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            int[] refused = await Task.WhenAll(opened.Select((stream, number) =>
                ExchangeAsync(stream, Enumerable.Range(0, imagesPerStream).Select(i => images[(number + i) % images.Count]), cancellation)));
            return new ManyStreamsResult(streams, streams * imagesPerStream, refused.Sum(), openSeconds, Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        finally
        {
            opened.ForEach(stream => stream.Dispose());
        }
    }

    private static async Task<int> ExchangeAsync(FeatureStream stream, IEnumerable<byte[]> images, CancellationToken cancellation)
    {
        int sent = 0, refused = 0;
        foreach (byte[] image in images)
        {
            while (true)
            {
                await stream.SendAsync($"{sent++}", image, cancellation);
                var result = await stream.ReceiveAsync(cancellation);
                if (result.Error is not { } error) break;
                if (error.GetDetail<RetryInfo>() is not { } retry) throw new RpcException(new Grpc.Core.Status((StatusCode)error.Code, error.Message));
                refused++;
                await Task.Delay(retry.RetryDelay.ToTimeSpan(), cancellation);
            }
        }

        await stream.CompleteAsync();
        return refused;
    }
}
