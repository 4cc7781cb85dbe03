using Grpc.Net.Client;
using UaaGan.Benchmarks;
using UaaGan.Protos.Features.V1;
using UaaGan.Serving.Tests.Support;

namespace UaaGan.Serving.Tests;

/// <summary>A thousand streams that are open at the same time, over as many connections as that takes.</summary>
public class ManyStreamsTests
{
    [Fact]
    public async Task A_thousand_streams_at_once_are_all_accepted_and_every_image_is_answered()
    {
        using var models = new TinyModels();
        await using var service = await BuiltService.StartAsync("UaaGan.FeatureExtraction", models.State, "--UaaGan:TorchThreads=1");
        var handler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true };
        using var channel = GrpcChannel.ForAddress(service.Grpc, new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true });
        var client = new FeatureExtractionService.FeatureExtractionServiceClient(channel);
        byte[][] images = [.. ImageFiles.Formats.Select(ImageFiles.Make)];

        var result = await ManyStreams.RunAsync(
            cancellation => FeatureStream.OpenAsync(client, TinyModels.Model, cancellation), images, streams: 1000, imagesPerStream: 2, TestContext.Current.CancellationToken).Within();

        Assert.Equal((1000, 2000), (result.Streams, result.Answered));
    }
}
