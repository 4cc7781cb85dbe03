using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Benchmarks;

/// <summary>
/// Streams small images and reads the service's memory again and again. Before each reading the service collects: it does when it unloads a
/// model, and a second one is loaded and unloaded for that, so that the one under test stays.
/// </summary>
/// <param name="channel">To the service.</param>
/// <param name="ownBytes">Reads its memory.</param>
/// <param name="model">The model under test.</param>
/// <param name="spare">The one that is loaded and unloaded.</param>
internal sealed class SoakRun(ChannelBase channel, Func<long> ownBytes, string model, string spare)
{
    private const int ImagesPerStream = 250;
    private const int Readings = 5;

    private readonly FeatureExtractionService.FeatureExtractionServiceClient _client = new(channel);

    /// <summary>Memory in bytes after few images and after many, each the median of the last five readings, 250 images apart.</summary>
    /// <param name="images">Files, in turn.</param>
    /// <param name="few">Images until the first reading counts; a multiple of 250, at least 1,250.</param>
    /// <param name="many">Images until the end; a multiple of 250.</param>
    /// <param name="progress">Gets the images done and the memory.</param>
    public async Task<(long Early, long Late)> RunAsync(IReadOnlyList<byte[]> images, int few, int many, Action<int, long> progress, CancellationToken cancellation)
    {
        List<long> memory = [];
        for (int done = ImagesPerStream; done <= many; done += ImagesPerStream)
        {
            await StreamAsync(images, cancellation);
            await CollectAsync(cancellation);
            memory.Add(ownBytes());
            progress(done, memory[^1]);
        }

        return (Median(memory[..(few / ImagesPerStream)]), Median(memory));
    }

    private async Task StreamAsync(IReadOnlyList<byte[]> images, CancellationToken cancellation)
    {
        using var stream = await FeatureStream.OpenAsync(_client, model, cancellation);
        var sending = Send();
        for (int i = 0; i < ImagesPerStream; i++)
        {
            var result = await stream.ReceiveAsync(cancellation);
            if (result.Error is { } error) throw new RpcException(new Status((StatusCode)error.Code, error.Message));
        }

        await sending;

        async Task Send()
        {
            for (int i = 0; i < ImagesPerStream; i++) await stream.SendAsync($"{i}", images[i % images.Count], cancellation);
            await stream.CompleteAsync();
        }
    }

    private async Task CollectAsync(CancellationToken cancellation)
    {
        var reference = new ModelReference { Name = spare };
        await _client.LoadModelAsync(new LoadModelRequest { Model = reference }, cancellationToken: cancellation);
        await _client.UnloadModelAsync(new UnloadModelRequest { Model = reference }, cancellationToken: cancellation);
    }

    // A single reading also holds what the collector had not got to at that moment; what leaks stays, and adds up.
    private static long Median(IReadOnlyList<long> memory) => memory.TakeLast(Readings).Order().ElementAt(Readings / 2);
}
