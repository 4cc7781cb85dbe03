using System.Globalization;
using Grpc.Core;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;
using UaaGan.RetrievalScoring.Tests.Support;

namespace UaaGan.RetrievalScoring.Tests;

/// <summary>
/// Rounds over one gallery. Each writes all items anew, labelled with its number, again and again until it is killed at a random moment; what
/// was acknowledged by then, or on its way to us, must be there afterwards, whole and once.
/// </summary>
public abstract class CrashContract
{
    private const int Kills = 20;
    private const int Streams = 2;
    private const int Dimension = 16;

    private static readonly bool Full = Environment.GetEnvironmentVariable("UAAGAN_FULL") == "1";

    private static readonly int Items = Full ? 200_000 : 5000;

    // Transactions of hundreds of items, so that a kill comes within one more often than between two.
    private static readonly string[] LargeBatches = ["--UaaGan:MaxInFlightPerStream=512", "--UaaGan:QueueMilliseconds=60000"];

    private static readonly TimeSpan RoundLimit = Full ? TimeSpan.FromMinutes(5) : TimeSpan.FromMinutes(1);

    // The round whose write of an item was acknowledged last; 0: none was.
    private readonly int[] _acknowledged = new int[Items];

    /// <summary>Options of the service that name its store.</summary>
    protected abstract IReadOnlyDictionary<string, string> StoreOptions { get; }

    /// <summary>Opens the service's store past the service.</summary>
    protected abstract IGalleryStore Open(string state);

    [Fact]
    public async Task What_was_acknowledged_survives_twenty_kills()
    {
        string state = Directory.CreateTempSubdirectory("uaagan-crash-").FullName;
        try
        {
            var random = new Random(5);
            for (int round = 1; round <= Kills; round++)
            {
                await using (var service = await BuiltService.StartAsync("UaaGan.RetrievalScoring", state, StoreOptions, LargeBatches))
                {
                    if (round == 1) await Client(service).CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = Dimension }).ResponseAsync.Within();
                    int killAfter = random.Next(1, Items);
                    await WriteUntilKilledAsync(service, round, killAfter, TimeSpan.FromMicroseconds(random.Next(20_000))).WaitAsync(RoundLimit);
                    Assert.InRange(_acknowledged.Count(last => last == round), Math.Min(killAfter, Items), Items);
                }

                Check(state);
            }
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static RetrievalScoringService.RetrievalScoringServiceClient Client(BuiltService service) => new(service.Channel);

    private async Task WriteUntilKilledAsync(BuiltService service, int round, int killAfter, TimeSpan later)
    {
        int count = 0;
        await Task.WhenAll(Enumerable.Range(0, Streams).Select(stream => Task.Run(async () =>
        {
            using var call = Client(service).StreamUpsert();
            var sending = SendAsync(call.RequestStream, stream, round);
            try
            {
                while (await call.ResponseStream.MoveNext(CancellationToken.None))
                {
                    if (call.ResponseStream.Current.Result is not { } result) continue;
                    Assert.Null(result.Error);
                    int item = int.Parse(result.Id, CultureInfo.InvariantCulture);
                    if (_acknowledged[item] == round) continue;
                    _acknowledged[item] = round;
                    if (Interlocked.Increment(ref count) == killAfter) _ = Task.Delay(later).ContinueWith(_ => service.Kill(), TaskScheduler.Default);
                }

                Assert.Fail("The stream ended as if nothing had happened.");
            }
            catch (RpcException exception)
            {
                Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
            }

            await sending;
        })));
    }

    private static async Task SendAsync(IClientStreamWriter<StreamUpsertRequest> requests, int stream, int round)
    {
        try
        {
            await requests.WriteAsync(new StreamUpsertRequest { Settings = new StreamUpsertSettings { Gallery = "g" } });
            while (true)
            {
                for (int i = stream; i < Items; i += Streams)
                {
                    var item = LiveService.Item(i.ToString(CultureInfo.InvariantCulture), Feature(i, round));
                    item.Identity = round.ToString(CultureInfo.InvariantCulture);
                    await requests.WriteAsync(new StreamUpsertRequest { Item = item });
                }
            }
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            // The service is dead, as it should be; the reading side says with what.
        }
    }

    private void Check(string state)
    {
        var store = Open(state);
        using var closes = (IDisposable)store;
        var stored = new int[Items];
        long items = 0, rows = 0;
        store.Read("g", gallery => items = gallery.Items, (in ImageLabel label, ReadOnlySpan<float> feature) =>
        {
            int item = int.Parse(label.Id, CultureInfo.InvariantCulture);
            Assert.True(stored[item] == 0, $"Item {item} is there twice.");
            stored[item] = int.Parse(label.Identity, CultureInfo.InvariantCulture);
            Assert.True(feature.SequenceEqual(UnitFeature.Normalize(Feature(item, stored[item]), "")), $"Item {item} has another feature than round {stored[item]} gave it.");
            rows++;
        });
        Assert.Equal(items, rows);
        // A write may be on disk although the kill came before its acknowledgement.
        for (int i = 0; i < Items; i++) Assert.True(stored[i] >= _acknowledged[i], $"Item {i} was acknowledged in round {_acknowledged[i]} and is that of round {stored[i]}.");
    }

    private static float[] Feature(int item, int round)
    {
        float[] feature = new float[Dimension];
        for (int d = 0; d < Dimension; d++) feature[d] = ((item * 31) + (round * 17) + (d * 7)) % 101 + 1;
        return feature;
    }
}

public sealed class SqliteCrashTests : CrashContract
{
    protected override IReadOnlyDictionary<string, string> StoreOptions => new Dictionary<string, string>();

    protected override IGalleryStore Open(string state) => new SqliteGalleryStore(Path.Combine(state, "retrieval.db"));
}

public sealed class PostgresCrashTests(PostgresServer server) : CrashContract
{
    private readonly string _database = server.NewDatabase();

    protected override IReadOnlyDictionary<string, string> StoreOptions => SharedStore.Environment(_database);

    protected override IGalleryStore Open(string state) => new PostgresGalleryStore(_database);
}
