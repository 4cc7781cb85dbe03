using Grpc.Core;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.RetrievalScoring.Tests.Support;
using Client = UaaGan.Protos.Retrieval.V1.RetrievalScoringService.RetrievalScoringServiceClient;

namespace UaaGan.RetrievalScoring.Tests;

/// <summary>Two processes on one PostgreSQL database, beside one on SQLite.</summary>
public sealed class SharedStoreTests(PostgresServer server) : IDisposable
{
    private const int Dimension = 24;

    private readonly string _state = Directory.CreateTempSubdirectory("uaagan-shared-").FullName;

    public void Dispose() => Directory.Delete(_state, recursive: true);

    [Fact]
    public async Task Two_processes_see_each_others_rows_and_rank_as_one_on_sqlite_to_the_bit()
    {
        string database = server.NewDatabase();
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database);
        await using var alone = await BuiltService.StartAsync("UaaGan.RetrievalScoring", _state);
        Client a = new(one.Channel), b = new(two.Channel), c = new(alone.Channel);
        await a.CreateGalleryAsync(Made()).ResponseAsync.Within();
        await c.CreateGalleryAsync(Made()).ResponseAsync.Within();
        Assert.Equal(StatusCode.AlreadyExists, (await Assert.ThrowsAsync<RpcException>(() => b.CreateGalleryAsync(Made()).ResponseAsync.Within())).StatusCode);

        var random = new Random(3);
        GalleryItem[] items = [.. Enumerable.Range(0, 800).Select(i => Item(random, $"{i % 700}"))];
        await WriteAsync(a, items[..400]);
        await WriteAsync(b, items[400..]);
        await WriteAsync(c, items);
        var queries = Enumerable.Range(0, 20).Select(i => Query(random, i)).ToArray();
        var expected = await RankAsync(c, queries);
        Assert.Equal(700, expected[0].Hits.Count);
        Assert.Equal(expected, await RankAsync(a, queries));
        Assert.Equal(expected, await RankAsync(b, queries));

        // From here on each has an index in memory, and must learn of what the other does.
        for (int round = 0; round < 12; round++)
        {
            var (writer, reader) = round % 2 == 0 ? (a, b) : (b, a);
            var added = Enumerable.Range(0, 10).Select(_ => Item(random, $"{random.Next(1000)}")).ToArray();
            var deleted = new DeleteItemsRequest { Gallery = "g", Ids = { $"{random.Next(700)}", $"{random.Next(700)}" } };
            await WriteAsync(writer, added);
            await WriteAsync(c, added);
            Assert.Equal(await c.DeleteItemsAsync(deleted).ResponseAsync.Within(), await writer.DeleteItemsAsync(deleted).ResponseAsync.Within());
            expected = await RankAsync(c, queries[..3]);
            Assert.Equal(expected, await RankAsync(reader, queries[..3]));
            Assert.Equal(expected, await RankAsync(writer, queries[..3]));
        }

        var evaluated = await EvaluateAsync(c);
        Assert.Equal(evaluated, await EvaluateAsync(a));
        Assert.Equal(evaluated, await EvaluateAsync(b));

        // A snapshot goes from either store to the other.
        await c.RestoreAsync(await a.SnapshotAsync("g"), "copy");
        await b.RestoreAsync(await c.SnapshotAsync("g"), "copy");
        expected = await RankAsync(c, queries);
        Assert.Equal(expected, await RankAsync(c, queries, "copy"));
        Assert.Equal(expected, await RankAsync(a, queries, "copy"));
    }

    /// <summary>The server is killed amid an upsert. The service says so, item by item, and goes on once the server is back.</summary>
    [Fact]
    public async Task A_killed_server_costs_no_acknowledged_row_and_no_restart()
    {
        using var own = new PostgresServer();
        await using var service = await StartAsync(own.NewDatabase());
        Client client = new(service.Channel);
        await client.CreateGalleryAsync(Made()).ResponseAsync.Within();
        var random = new Random(4);
        var acknowledged = new HashSet<string>();
        int refused = 0;
        using (var call = client.StreamUpsert())
        {
            await call.RequestStream.WriteAsync(new StreamUpsertRequest { Settings = new StreamUpsertSettings { Gallery = "g" } }).Within();
            var sending = Task.Run(async () =>
            {
                for (int i = 0; i < 3000; i++) await call.RequestStream.WriteAsync(new StreamUpsertRequest { Item = Item(random, $"{i}") });
                await call.RequestStream.CompleteAsync();
            });
            while (await call.ResponseStream.MoveNext(CancellationToken.None).Within())
            {
                if (call.ResponseStream.Current.Result is not { } result) continue;
                if (result.Error is null)
                {
                    acknowledged.Add(result.Id);
                    if (acknowledged.Count == 500) own.Crash();
                    continue;
                }

                Assert.Equal(((int)StatusCode.Unavailable, "STORE_UNAVAILABLE"), (result.Error.Code, LiveService.Reason(result.Error)));
                Assert.DoesNotContain("Host", result.Error.ToString(), StringComparison.Ordinal);
                refused++;
            }

            await sending.Within();
        }

        Assert.True(refused > 0 && acknowledged.Count >= 500, $"{acknowledged.Count} acknowledged, {refused} refused");
        own.Restart();
        Assert.All((await UntilAvailableAsync(() => client.UpsertAsync("g", Item(random, "after")))).Results, result => Assert.Null(result.Error));
        var all = await RankAsync(client, [Query(random, 0)]);
        Assert.Superset(acknowledged, all[0].Hits.Select(hit => hit.Id).ToHashSet());
    }

    private static CreateGalleryRequest Made() => new() { Name = "g", Dimension = Dimension };

    // Components of few values, so that many scores are equal and their order is that of the ids.
    private static float[] Feature(Random random) => [1, .. Enumerable.Range(0, Dimension - 1).Select(_ => (float)random.Next(-1, 2))];

    private static GalleryItem Item(Random random, string id)
    {
        var item = LiveService.Item(id, Feature(random));
        (item.Identity, item.Camera) = ($"p{random.Next(50)}", $"c{random.Next(4)}");
        return item;
    }

    private static SearchQuery Query(Random random, int index) => new() { Id = $"q{index}", Feature = LiveService.Feature(Feature(random)) };

    private static async Task WriteAsync(Client client, GalleryItem[] items) =>
        Assert.All((await client.UpsertAsync("g", items)).Results, result => Assert.Null(result.Error));

    private static async Task<Ranking[]> RankAsync(Client client, SearchQuery[] queries, string gallery = "g") =>
        [.. (await client.SearchAsync(new StreamSearchSettings { Gallery = gallery, K = 10_000 }, queries)).Results.Select(result => result.Ranking)];

    private static Task<EvaluateResponse> EvaluateAsync(Client client)
    {
        var random = new Random(9);
        var items = Enumerable.Range(0, 120).Select(i => new EvaluationItem
        {
            Id = $"{i}",
            Identity = $"p{i % 12}",
            Camera = $"c{i / 12 % 3}",
            Role = i < 40 ? EvaluationRole.Query : EvaluationRole.Gallery,
            Feature = LiveService.Feature(Feature(random)),
        });
        return client.EvaluateAsync(new EvaluateSettings { Protocol = Protocol.Market1501, RankingSize = 20, RankingQueryIds = { "3" } }, items);
    }

    // Each connection of the pool learns of its end once.
    private static async Task<(StreamUpsertAccepted Accepted, List<UpsertResult> Results)> UntilAvailableAsync(
        Func<Task<(StreamUpsertAccepted Accepted, List<UpsertResult> Results)>> call)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                var answer = await call();
                if (attempt == 20 || answer.Results.All(result => result.Error is null)) return answer;
            }
            catch (RpcException exception) when (exception.StatusCode == StatusCode.Unavailable && attempt < 20)
            {
                continue;
            }
        }
    }

    private Task<BuiltService> StartAsync(string database) => BuiltService.StartAsync("UaaGan.RetrievalScoring", _state, SharedStore.Environment(database));
}
