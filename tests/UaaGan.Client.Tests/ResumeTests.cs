using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;
using static UaaGan.Client.Tests.FakeFeatures;

namespace UaaGan.Client.Tests;

/// <summary>Streams that break, items that are refused for the moment: every item is answered once.</summary>
public sealed class ResumeTests
{
    private static readonly ModelReference Model = new() { Name = "m" };
    private static readonly RetryPolicy Quick = new() { Attempts = 3, Delay = TimeSpan.FromMilliseconds(1), MaxDelay = TimeSpan.FromMilliseconds(10) };

    private readonly List<List<string>> _streams = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(ReplyOrder.Request)]
    [InlineData(ReplyOrder.Completion)]
    public async Task A_stream_that_breaks_goes_on_and_every_item_is_answered_once(ReplyOrder order)
    {
        await using var server = await FakeServer.Start(Breaking([3, 0, 5]));
        using var client = Client(server);
        var seen = new List<StreamProgress>();

        var outcomes = await client.StreamExtract(Model, Items(20), order, new Reports(seen), Token).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(0, 20).Select(i => ($"{i}", (ulong)i, (float)i)), outcomes.Select(o => (o.Id, o.Index, o.Value.ToArray()[0])));
        Assert.Equal(4, _streams.Count);
        Assert.Equal("3", _streams[2][0]);
        Assert.Equal(new StreamProgress(20, 0, 0, 3), seen[^1]);
        Assert.Equal(Enumerable.Range(1, 20).Select(n => (long)n), seen.Select(progress => progress.Answered));
    }

    [Fact]
    public async Task An_item_refused_for_the_moment_is_sent_again_and_the_order_holds()
    {
        var refusals = new Dictionary<string, int> { ["2"] = 1, ["5"] = 2 };
        await using var server = await FakeServer.Start(Breaking([], refusals));
        using var client = Client(server);
        var seen = new List<StreamProgress>();

        var outcomes = await client.StreamExtract(Model, Items(12), progress: new Reports(seen), cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(Enumerable.Range(0, 12).Select(i => ($"{i}", (ulong)i, (float)i)), outcomes.Select(o => (o.Id, o.Index, o.Value.ToArray()[0])));
        Assert.Equal(new StreamProgress(12, 0, 3, 0), seen[^1]);
    }

    [Fact]
    public async Task An_item_that_is_always_refused_fails_after_its_attempts_and_alone()
    {
        await using var server = await FakeServer.Start(Breaking([], new() { ["0"] = 99 }));
        using var client = Client(server);

        var outcomes = await client.StreamExtract(Model, Items(2), cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(["QUEUE_FULL", null], outcomes.Select(o => o.Error?.Reason));
        Assert.Equal(TimeSpan.FromMilliseconds(1), outcomes[0].Error!.RetryAfter);
        Assert.Equal(3, _streams.Sum(ids => ids.Count(id => id == "0")));
    }

    [Fact]
    public async Task A_service_that_is_gone_is_an_error_after_the_attempts_and_one_that_was_never_there_at_once()
    {
        await using var gone = await FakeServer.Start(Breaking([1, 0, 0, 0]));
        using (var client = Client(gone))
        {
            var error = await Assert.ThrowsAsync<UaaGanClientException>(
                async () => await client.StreamExtract(Model, Items(2), cancellationToken: Token).ToListAsync(Token));
            Assert.Equal(StatusCode.Unavailable, error.Code);
            Assert.Equal(3, _streams.Count);
        }

        _streams.Clear();
        await using var never = await FakeServer.Start(Breaking([0, 0]));
        using var other = Client(never);
        await Assert.ThrowsAsync<UaaGanClientException>(async () => await other.StreamExtract(Model, Items(2), cancellationToken: Token).ToListAsync(Token));
        Assert.Single(_streams);
    }

    [Fact]
    public async Task A_source_that_fails_with_unavailable_is_not_taken_for_the_service()
    {
        await using var server = await FakeServer.Start(Breaking([]));
        using var client = Client(server);

        var error = await Assert.ThrowsAsync<UaaGanClientException>(async () => await client.StreamExtract(Model, Broken(), cancellationToken: Token).ToListAsync(Token));

        Assert.Equal("another service", error.Message);
        Assert.Single(_streams);

        static async IAsyncEnumerable<ImageInput> Broken()
        {
            yield return Item(0);
            await Task.Yield();
            throw new UaaGanClientException(StatusCode.Unavailable, "another service");
        }
    }

    [Fact]
    public async Task A_slow_source_goes_on_where_a_broken_stream_left_it()
    {
        var broken = new TaskCompletionSource();
        await using var server = await FakeServer.Start(Breaking([2], onBreak: broken.SetResult));
        using var client = Client(server);

        var outcomes = await client.StreamExtract(Model, Slow(), cancellationToken: Token).ToListAsync(Token);

        Assert.Equal(["0", "1", "2", "3"], outcomes.Select(o => o.Id));

        async IAsyncEnumerable<ImageInput> Slow()
        {
            yield return Item(0);
            yield return Item(1);
            // The step is under way while the stream ends.
            await broken.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
            yield return Item(2);
            yield return Item(3);
        }
    }

    [Fact]
    public async Task Metadata_goes_with_every_call()
    {
        var seen = new List<string?>();
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnStream = async (requests, responses, context) =>
            {
                seen.Add(context.RequestHeaders.GetValue("authorization"));
                await responses.WriteAsync(Accept());
            },
            OnExtract = (_, context) =>
            {
                seen.Add(context.RequestHeaders.GetValue("authorization"));
                return Task.FromResult(new ExtractResponse());
            },
        });
        using var client = new FeatureClient(server.Address, new ClientOptions { Metadata = new Dictionary<string, string> { ["authorization"] = "me" } });

        await client.StreamExtract(Model, Items(0), cancellationToken: Token).ToListAsync(Token);
        await client.Extract(Model, new Image(), Token);

        Assert.Equal(["me", "me"], seen);
    }

    [Fact]
    public async Task Replicas_share_the_streams()
    {
        var counts = new int[2];
        await using var one = await FakeServer.Start(Counting(0));
        await using var two = await FakeServer.Start(Counting(1));
        using var client = new FeatureClient([one.Address, two.Address]);

        for (var call = 0; call < 100 && counts.Contains(0); call++) await client.StreamExtract(Model, Items(0), cancellationToken: Token).ToListAsync(Token);

        Assert.DoesNotContain(0, counts);

        FakeFeatures Counting(int replica) => new()
        {
            OnStream = async (_, responses, _) =>
            {
                counts[replica]++;
                await responses.WriteAsync(Accept());
            },
        };
    }

    [Fact]
    public async Task A_name_is_resolved()
    {
        await using var server = await FakeServer.Start(Breaking([]));
        using var client = new FeatureClient(new Uri($"dns:///localhost:{server.Address.Port}"));

        Assert.Equal(3, await client.StreamExtract(Model, Items(3), cancellationToken: Token).CountAsync(Token));
    }

    [Fact]
    public void What_is_no_address_is_said()
    {
        Assert.Contains("at least one", Assert.Throws<ArgumentException>(() => new FeatureClient([])).Message, StringComparison.Ordinal);
        Assert.Contains("one kind", Assert.Throws<ArgumentException>(() => new FeatureClient([new("http://a:1"), new("https://a:2")])).Message, StringComparison.Ordinal);
        Assert.Contains("'ftp://a/'", Assert.Throws<ArgumentException>(() => new FeatureClient([new("ftp://a")])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => new RetryPolicy { Attempts = 0 });
    }

    private static FeatureClient Client(FakeServer server) => new(server.Address, new ClientOptions { Retry = Quick });

    private static IAsyncEnumerable<ImageInput> Items(int count) => Enumerable.Range(0, count).Select(Item).ToAsyncEnumerable();

    private static ImageInput Item(int value) => ImageInput.FromBytes($"{value}", new[] { (byte)value });

    /// <summary>Ends each stream with UNAVAILABLE after so many answers, later ones well; refuses ids so many times.</summary>
    private FakeFeatures Breaking(IEnumerable<int> breaks, Dictionary<string, int>? refusals = null, Action? onBreak = null)
    {
        var left = new Queue<int>(breaks);
        return new FakeFeatures
        {
            OnStream = async (requests, responses, _) =>
            {
                List<string> ids = [];
                _streams.Add(ids);
                int? after = left.TryDequeue(out var next) ? next : null;
                if (after == 0) throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "stopping"));
                await requests.MoveNext();
                await responses.WriteAsync(Accept(maxInFlight: 4));
                for (ulong index = 0; await requests.MoveNext(); index++)
                {
                    var item = requests.Current.Item;
                    Assert.DoesNotContain(item.Id, ids);
                    ids.Add(item.Id);
                    await responses.WriteAsync(Refuse(item.Id) ? Full(item.Id, index) : Answer(item.Id, index, item.Image.Encoded[0]));
                    if (ids.Count != after) continue;
                    onBreak?.Invoke();
                    throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, "stopping"));
                }
            },
        };

        bool Refuse(string id) => refusals?.GetValueOrDefault(id) > 0 && refusals[id]-- > 0;
    }

    private static StreamExtractResponse Full(string id, ulong index)
    {
        var status = FakeServer.Fault(Code.ResourceExhausted, "QUEUE_FULL", "The queue is full.");
        status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(1)) }));
        return new StreamExtractResponse { Result = new ExtractResult { Id = id, Index = index, Error = status } };
    }

    private sealed class Reports(List<StreamProgress> seen) : IProgress<StreamProgress>
    {
        public void Report(StreamProgress value) => seen.Add(value);
    }
}
