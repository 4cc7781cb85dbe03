using Google.Rpc;
using Grpc.Core;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Client.Tests;

public sealed class TrainingAndScoringTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Training_uploads_its_settings_and_then_every_image_large_ones_in_pieces()
    {
        var items = new List<string>();
        await using var server = await FakeServer.Start(new FakePerturbation
        {
            OnStart = async (requests, _) =>
            {
                await requests.MoveNext();
                Assert.Equal("g", requests.Current.Settings.Generator);
                while (await requests.MoveNext())
                {
                    var item = requests.Current.Item;
                    items.Add(item.Chunk is { } chunk ? $"{item.Id}@{chunk.Offset}+{chunk.Data.Length}/{chunk.TotalBytes}" : $"{item.Id}:{item.Image.Encoded.Length}");
                }

                return new StartTrainingResponse { Training = new Training { Id = "job" } };
            },
        });
        using var client = new PerturbationClient(server.Address, new ClientOptions { ChunkBytes = 3_000_000 });

        var training = await client.StartTraining(
            new TrainingSettings { Generator = "g" },
            new[] { ImageInput.FromBytes("small", new byte[10]), ImageInput.FromBytes("large", new byte[7_000_000]) }.ToAsyncEnumerable(), Token);

        Assert.Equal("job", training.Id);
        Assert.Equal(["small:10", "large@0+3000000/7000000", "large@3000000+3000000/7000000", "large@6000000+1000000/7000000"], items);
    }

    [Fact]
    public async Task Training_that_is_refused_while_images_are_still_sent_tells_the_services_reason()
    {
        await using var server = await FakeServer.Start(new FakePerturbation
        {
            OnStart = async (requests, _) =>
            {
                await requests.MoveNext();
                await requests.MoveNext();
                throw FakeServer.Fault(Code.InvalidArgument, "IMAGE_UNREADABLE", "Image '0' can't be read.", "item.image").ToRpcException();
            },
        });
        using var client = new PerturbationClient(server.Address);

        var error = await Assert.ThrowsAsync<UaaGanClientException>(() => client.StartTraining(new TrainingSettings(), Endless(), Token));

        Assert.Equal(("IMAGE_UNREADABLE", "Image '0' can't be read."), (error.Reason, error.Message));

        static async IAsyncEnumerable<ImageInput> Endless()
        {
            for (var i = 0; ; i++)
            {
                yield return ImageInput.FromBytes($"{i}", new byte[100_000]);
                await Task.Yield();
            }
        }
    }

    [Fact]
    public async Task Half_an_upload_is_never_taken_for_a_whole_one()
    {
        var ending = new TaskCompletionSource<bool>();
        await using var server = await FakeServer.Start(new FakePerturbation
        {
            OnStart = async (requests, _) =>
            {
                try
                {
                    while (await requests.MoveNext(CancellationToken.None))
                    {
                    }

                    ending.SetResult(true);
                }
                catch (Exception exception) when (exception is IOException or OperationCanceledException or RpcException)
                {
                    ending.SetResult(false);
                }

                return new StartTrainingResponse();
            },
        });
        using var client = new PerturbationClient(server.Address);

        await Assert.ThrowsAsync<IOException>(() => client.StartTraining(new TrainingSettings(), Broken(), Token));

        Assert.False(await ending.Task.WaitAsync(Limit, Token));

        static async IAsyncEnumerable<ImageInput> Broken()
        {
            yield return ImageInput.FromBytes("a", new byte[10]);
            await Task.Yield();
            throw new IOException("unplugged");
        }
    }

    [Fact]
    public async Task Watching_yields_every_state_until_the_job_ends()
    {
        await using var server = await FakeServer.Start(new FakePerturbation
        {
            OnWatch = async (request, responses) =>
            {
                foreach (var state in new[] { TrainingState.Queued, TrainingState.Running, TrainingState.Succeeded })
                    await responses.WriteAsync(new WatchTrainingResponse { Training = new Training { Id = request.Id, State = state } });
            },
        });
        using var client = new PerturbationClient(server.Address);

        var states = await client.WatchTraining("job", Token).Select(t => t.State).ToListAsync(Token);

        Assert.Equal([TrainingState.Queued, TrainingState.Running, TrainingState.Succeeded], states);
    }

    [Fact]
    public async Task Evaluation_sends_settings_then_items_in_order_and_returns_the_metrics()
    {
        var received = new List<string>();
        await using var server = await FakeServer.Start(new FakeScoring
        {
            OnEvaluate = async requests =>
            {
                await requests.MoveNext();
                received.AddRange(requests.Current.Settings.Attacks);
                while (await requests.MoveNext()) received.Add($"{requests.Current.Item.Role}:{requests.Current.Item.Id}");
                return new EvaluateResponse { ChanceMeanAveragePrecision = 0.25 };
            },
        });
        using var client = new ScoringClient(server.Address);
        EvaluationItem[] items = [new() { Id = "g", Role = EvaluationRole.Gallery }, new() { Id = "q", Role = EvaluationRole.Query }];

        var response = await client.Evaluate(new EvaluateSettings { Attacks = { "pgd" } }, items.ToAsyncEnumerable(), Token);

        Assert.Equal(["pgd", "Gallery:g", "Query:q"], received);
        Assert.Equal(0.25, response.ChanceMeanAveragePrecision);
    }

    private sealed class FakePerturbation : PerturbationService.PerturbationServiceBase
    {
        public Func<IAsyncStreamReader<StartTrainingRequest>, ServerCallContext, Task<StartTrainingResponse>>? OnStart { get; init; }

        public Func<WatchTrainingRequest, IServerStreamWriter<WatchTrainingResponse>, Task>? OnWatch { get; init; }

        public override Task<StartTrainingResponse> StartTraining(IAsyncStreamReader<StartTrainingRequest> requestStream, ServerCallContext context) =>
            OnStart!(requestStream, context);

        public override Task WatchTraining(WatchTrainingRequest request, IServerStreamWriter<WatchTrainingResponse> responseStream, ServerCallContext context) =>
            OnWatch!(request, responseStream);
    }

    private sealed class FakeScoring : RetrievalScoringService.RetrievalScoringServiceBase
    {
        public Func<IAsyncStreamReader<EvaluateRequest>, Task<EvaluateResponse>>? OnEvaluate { get; init; }

        public override Task<EvaluateResponse> Evaluate(IAsyncStreamReader<EvaluateRequest> requestStream, ServerCallContext context) => OnEvaluate!(requestStream);
    }
}
