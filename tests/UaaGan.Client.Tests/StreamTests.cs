using Google.Rpc;
using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;
using static UaaGan.Client.Tests.FakeFeatures;

namespace UaaGan.Client.Tests;

public sealed class StreamTests
{
    private static readonly ModelReference Model = new() { Name = "m" };
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_item_that_fails_has_its_own_outcome_and_the_others_their_values_in_order()
    {
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnStream = async (requests, responses, _) =>
            {
                Assert.True(await requests.MoveNext());
                Assert.Equal("m", requests.Current.Settings.Model.Name);
                await responses.WriteAsync(Accept());
                for (ulong index = 0; await requests.MoveNext(); index++)
                {
                    var item = requests.Current.Item;
                    await responses.WriteAsync(item.Id == "bad"
                        ? new StreamExtractResponse
                        {
                            Result = new ExtractResult
                            {
                                Id = item.Id,
                                Index = index,
                                Error = FakeServer.Fault(Code.InvalidArgument, "IMAGE_UNREADABLE", "The image is truncated.", "item.image"),
                            },
                        }
                        : Answer(item.Id, index, item.Image.Encoded[0], 1));
                }
            },
        });
        using var client = new FeatureClient(server.Address);

        var outcomes = await client.StreamExtract(Model, Images(("a", [7]), ("bad", [0]), ("c", [9])), cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(["a", "bad", "c"], outcomes.Select(o => o.Id));
        Assert.Equal([0ul, 1, 2], outcomes.Select(o => o.Index));
        Assert.Equal([7f, 1], outcomes[0].Value.ToArray());
        Assert.Equal([9f, 1], outcomes[2].Value.ToArray());
        var error = Assert.IsType<UaaGanClientException>(outcomes[1].Error);
        Assert.Equal((StatusCode.InvalidArgument, "IMAGE_UNREADABLE", "item.image", "The image is truncated."), (error.Code, error.Reason, error.Field, error.Message));
        Assert.Equal("value", error.Metadata["name"]);
        Assert.Same(error, Assert.Throws<UaaGanClientException>(() => outcomes[1].Value));
    }

    [Theory]
    [InlineData(3, 256, 3)]
    [InlineData(100, 4, 4)]
    public async Task No_more_items_than_announced_are_taken_before_they_are_answered(int announced, int ownLimit, int expected)
    {
        var taken = 0;
        var answered = 0;
        var most = 0;
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnStream = async (requests, responses, _) =>
            {
                await requests.MoveNext();
                await responses.WriteAsync(Accept((uint)announced));
                var pending = new Queue<string>();
                ulong index = 0;
                while (await requests.MoveNext())
                {
                    pending.Enqueue(requests.Current.Item.Id);
                    // Answers nothing before the client has used up its whole allowance.
                    if (pending.Count < expected) continue;
                    while (pending.TryDequeue(out var id))
                    {
                        Interlocked.Increment(ref answered);
                        await responses.WriteAsync(Answer(id, index++, 1));
                    }
                }
            },
        });
        using var client = new FeatureClient(server.Address, new ClientOptions { MaxInFlight = ownLimit });

        var outcomes = await client.StreamExtract(Model, Source(), cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(0, expected * 5).Select(i => $"{i}"), outcomes.Select(o => o.Id));
        Assert.Equal(expected, most);

        async IAsyncEnumerable<ImageInput> Source()
        {
            for (var i = 0; i < expected * 5; i++)
            {
                most = Math.Max(most, ++taken - Volatile.Read(ref answered));
                yield return ImageInput.FromBytes($"{i}", new byte[] { 1 });
                await Task.Yield();
            }
        }
    }

    [Theory]
    [InlineData(9_000, 1)]
    [InlineData(9_999, 3)]
    [InlineData(10_000, 3)]
    [InlineData(35_001, 9)]
    public async Task An_image_larger_than_a_message_goes_in_pieces_without_a_gap(int bytes, int expectedPieces)
    {
        const int MessageLimit = 10_000;
        var pieces = 0;
        await using var server = await FakeServer.Start(
            new FakeFeatures
            {
                OnStream = async (requests, responses, _) =>
                {
                    await requests.MoveNext();
                    await responses.WriteAsync(Accept(maxMessageBytes: MessageLimit));
                    ulong index = 0;
                    var file = new List<byte>();
                    while (await requests.MoveNext())
                    {
                        pieces++;
                        var item = requests.Current.Item;
                        if (item.PartCase == ImageItem.PartOneofCase.Chunk)
                        {
                            Assert.Equal((ulong)file.Count, item.Chunk.Offset);
                            Assert.Equal((ulong)bytes, item.Chunk.TotalBytes);
                            file.AddRange(item.Chunk.Data);
                            if (file.Count < bytes) continue;
                        }
                        else
                        {
                            file.AddRange(item.Image.Encoded);
                        }

                        await responses.WriteAsync(Answer(item.Id, index++, Checksum(file)));
                        file.Clear();
                    }
                },
            },
            MessageLimit);
        using var client = new FeatureClient(server.Address, new ClientOptions { ChunkBytes = 4096 });
        var image = new byte[bytes];
        new Random(1).NextBytes(image);

        var outcomes = await client.StreamExtract(Model, Images(("large", image)), cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(expectedPieces, pieces);
        Assert.Equal(Checksum(image), outcomes.Single().Value.ToArray().Single());
    }

    [Fact]
    public async Task Raw_pixels_larger_than_a_message_are_refused_with_the_remedy()
    {
        await using var server = await FakeServer.Start(Echo(maxMessageBytes: 1000));
        using var client = new FeatureClient(server.Address);
        var raw = ImageInput.FromPixels("raw", 32, 32, 3, new byte[32 * 32 * 3]);

        var error = await Assert.ThrowsAsync<UaaGanClientException>(
            async () => await client.StreamExtract(Model, AsyncEnumerable.Repeat(raw, 1), cancellationToken: Token).ToListAsync(Token));

        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        Assert.Contains("'raw'", error.Message, StringComparison.Ordinal);
        Assert.Contains("PNG", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_that_is_refused_tells_the_services_reason()
    {
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnStream = (_, _, _) => throw FakeServer.Fault(Code.NotFound, "MODEL_NOT_FOUND", "There is no model 'm'.").ToRpcException(),
        });
        using var client = new FeatureClient(server.Address);

        var error = await Assert.ThrowsAsync<UaaGanClientException>(() => client.OpenExtract(Model, cancellationToken: Token));

        Assert.Equal((StatusCode.NotFound, "MODEL_NOT_FOUND", "There is no model 'm'."), (error.Code, error.Reason, error.Message));
    }

    [Fact]
    public async Task A_stream_that_the_service_ends_with_an_error_tells_it_after_the_answers_so_far()
    {
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnStream = async (requests, responses, _) =>
            {
                await requests.MoveNext();
                await responses.WriteAsync(Accept(maxInFlight: 2));
                await requests.MoveNext();
                await responses.WriteAsync(Answer(requests.Current.Item.Id, 0, 1));
                throw FakeServer.Fault(Code.ResourceExhausted, "MESSAGE_TOO_LARGE", "The message is too large.").ToRpcException();
            },
        });
        using var client = new FeatureClient(server.Address);
        var seen = new List<string>();

        var error = await Assert.ThrowsAsync<UaaGanClientException>(async () =>
        {
            await foreach (var outcome in client.StreamExtract(Model, Endless(), cancellationToken: Token)) seen.Add(outcome.Id);
        });

        Assert.Equal(["0"], seen);
        Assert.Equal((StatusCode.ResourceExhausted, "MESSAGE_TOO_LARGE"), (error.Code, error.Reason));
    }

    [Fact]
    public async Task A_service_that_leaves_items_unanswered_is_found_out()
    {
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnStream = async (requests, responses, _) =>
            {
                await requests.MoveNext();
                await responses.WriteAsync(Accept());
                while (await requests.MoveNext())
                {
                    if (requests.Current.Item.Id != "b") await responses.WriteAsync(Answer(requests.Current.Item.Id, 0, 1));
                }
            },
        });
        using var client = new FeatureClient(server.Address);

        var error = await Assert.ThrowsAsync<UaaGanClientException>(
            async () => await client.StreamExtract(Model, Images(("a", [1]), ("b", [1]), ("c", [1])), cancellationToken: Token).ToListAsync(Token));

        Assert.Contains("answered 2 of 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_throws_ends_the_stream_with_its_own_exception_and_the_service_sees_a_cancelled_call()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnStream = async (requests, responses, context) =>
            {
                context.CancellationToken.Register(cancelled.SetResult);
                await requests.MoveNext();
                await responses.WriteAsync(Accept());
                while (await requests.MoveNext(CancellationToken.None)) await responses.WriteAsync(Answer(requests.Current.Item.Id, 0, 1));
            },
        });
        using var client = new FeatureClient(server.Address);

        await Assert.ThrowsAsync<FileNotFoundException>(
            async () => await client.StreamExtract(Model, Broken(), cancellationToken: Token).ToListAsync(Token));

        await cancelled.Task.WaitAsync(Limit, Token);

        static async IAsyncEnumerable<ImageInput> Broken()
        {
            yield return ImageInput.FromBytes("a", new byte[] { 1 });
            await Task.Yield();
            throw new FileNotFoundException("gone");
        }
    }

    [Fact]
    public async Task Cancelling_ends_a_stream_that_is_never_answered()
    {
        var reading = new TaskCompletionSource();
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnStream = async (requests, responses, context) =>
            {
                await requests.MoveNext();
                await responses.WriteAsync(Accept());
                await requests.MoveNext();
                reading.SetResult();
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
            },
        });
        using var client = new FeatureClient(server.Address);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);

        var all = client.StreamExtract(Model, Endless(), cancellationToken: stop.Token).ToListAsync(Token).AsTask();
        await reading.Task.WaitAsync(Limit, Token);
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => all.WaitAsync(Limit, Token));
    }

    [Fact]
    public async Task Leaving_an_enumeration_early_ends_the_call_at_the_service()
    {
        var cancelled = new TaskCompletionSource();
        await using var server = await FakeServer.Start(Echo(onCancel: cancelled.SetResult));
        using var client = new FeatureClient(server.Address);

        await foreach (var outcome in client.StreamExtract(Model, Endless(), cancellationToken: Token))
        {
            if (outcome.Index == 20) break;
        }

        await cancelled.Task.WaitAsync(Limit, Token);
    }

    [Fact]
    public async Task An_opened_stream_shows_what_was_accepted_and_sends_only_once()
    {
        await using var server = await FakeServer.Start(Echo());
        using var client = new FeatureClient(server.Address);

        await using var stream = await client.OpenExtract(Model, cancellationToken: Token);

        Assert.Equal("1", stream.Accepted.Model.Version);
        Assert.Equal(8u, stream.Limits.MaxInFlight);
        Assert.Equal(2, await stream.Send(Images(("a", [1]), ("b", [2])), Token).CountAsync(Token));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await stream.Send(Images(), Token).CountAsync(Token));
    }

    [Fact]
    public async Task An_empty_source_is_an_empty_answer()
    {
        await using var server = await FakeServer.Start(Echo());
        using var client = new FeatureClient(server.Address);

        Assert.Empty(await client.StreamExtract(Model, Images(), cancellationToken: Token).ToListAsync(Token));
    }

    private static FakeFeatures Echo(ulong maxMessageBytes = 4 << 20, Action? onCancel = null) => new()
    {
        OnStream = async (requests, responses, context) =>
        {
            if (onCancel is not null) context.CancellationToken.Register(onCancel);
            await requests.MoveNext();
            await responses.WriteAsync(Accept(maxMessageBytes: maxMessageBytes));
            for (ulong index = 0; await requests.MoveNext(); index++)
                await responses.WriteAsync(Answer(requests.Current.Item.Id, index, 1));
        },
    };

    private static IAsyncEnumerable<ImageInput> Images(params (string Id, byte[] Bytes)[] images) =>
        images.Select(i => ImageInput.FromBytes(i.Id, i.Bytes)).ToAsyncEnumerable();

    private static async IAsyncEnumerable<ImageInput> Endless()
    {
        for (var i = 0; ; i++)
        {
            yield return ImageInput.FromBytes($"{i}", new byte[] { 1 });
            await Task.Yield();
        }
    }

    private static float Checksum(IEnumerable<byte> bytes) => bytes.Aggregate(0, (sum, b) => (sum * 31 + b) & 0xffff);
}
