using Google.Protobuf;
using UaaGan.Client;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Interop.Tests;

/// <summary>A caller who does not read holds up nobody but itself.</summary>
[Collection(InteropSuite.Turns)]
public sealed class SlowReaderTests(InteropSuite suite)
{
    private static readonly ModelReference Tiny = new() { Name = "tiny" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Others_finish_while_a_caller_reads_nothing_and_it_gets_all_its_answers_later()
    {
        const int Items = 3000;
        var image = await File.ReadAllBytesAsync(Path.Combine(suite.Images, "class0/0.png"), Token);
        using var channel = ServiceChannels.Open(new Uri($"http://{suite.Targets[0]}"));
        using var slow = new FeatureExtractionService.FeatureExtractionServiceClient(channel).StreamExtract(cancellationToken: Token);
        await slow.RequestStream.WriteAsync(new StreamExtractRequest { Settings = new StreamExtractSettings { Model = Tiny } }, Token);
        var writing = Send();

        using var others = new FeatureClient(new Uri($"http://{suite.Targets[0]}"));
        var streams = Enumerable.Range(0, 4).Select(_ => others.StreamExtract(Tiny, Images(), cancellationToken: Token).Select(outcome => outcome.Id).ToListAsync(Token).AsTask());
        Assert.All(await Task.WhenAll(streams).Within(), ids => Assert.Equal(InteropCases.Ids(100), ids));
        // Its answers no longer fit the buffers on the way: the service has stopped reading from it.
        Assert.False(writing.IsCompleted);

        Assert.True(await slow.ResponseStream.MoveNext(Token));
        for (var i = 0; i < Items; i++)
        {
            Assert.True(await slow.ResponseStream.MoveNext(Token).Within());
            Assert.Equal($"i{i}", slow.ResponseStream.Current.Result.Id);
        }

        await writing;
        Assert.False(await slow.ResponseStream.MoveNext(Token));

        async Task Send()
        {
            for (var i = 0; i < Items; i++)
                await slow.RequestStream.WriteAsync(new StreamExtractRequest { Item = new ImageItem { Id = $"i{i}", Image = new Image { Encoded = UnsafeByteOperations.UnsafeWrap(image) } } }, Token);
            await slow.RequestStream.CompleteAsync();
        }

        IAsyncEnumerable<ImageInput> Images() => InteropCases.Ids(100).Select(id => ImageInput.FromBytes(id, image)).ToAsyncEnumerable();
    }
}
