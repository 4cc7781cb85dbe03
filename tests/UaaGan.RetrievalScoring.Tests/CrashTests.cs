using System.Globalization;
using Grpc.Core;
using UaaGan.Kernels;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;
using UaaGan.RetrievalScoring.Tests.Support;

namespace UaaGan.RetrievalScoring.Tests;

public class CrashTests
{
    private const int Items = 4000;
    private const int Streams = 2;

    private static readonly float[] Query = [1, 2, 3, 4];

    /// <summary>
    /// Rounds over one state folder. Each writes all items anew, labelled with its number, and is killed after another number of
    /// acknowledgements; what was acknowledged by then, or on its way to us, must be there after the restart, whole.
    /// </summary>
    [Fact]
    public async Task What_was_acknowledged_survives_a_kill()
    {
        string state = Directory.CreateTempSubdirectory("uaagan-crash-").FullName;
        try
        {
            // The round whose write of an item was acknowledged last; 0: none was.
            int[] acknowledged = new int[Items];
            int[] killAfter = [1, 40, 333, 1500];
            for (int round = 1; round <= killAfter.Length; round++)
            {
                await using var service = await BuiltService.StartAsync("UaaGan.RetrievalScoring", state);
                if (round == 1) await Client(service).CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 4 }).ResponseAsync.Within();
                else await CheckAsync(service, acknowledged);
                await WriteUntilKilledAsync(service, round, killAfter[round - 1], acknowledged);
                Assert.InRange(acknowledged.Count(last => last == round), killAfter[round - 1], Items - 1);
            }

            await using var last = await BuiltService.StartAsync("UaaGan.RetrievalScoring", state);
            await CheckAsync(last, acknowledged);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task WriteUntilKilledAsync(BuiltService service, int round, int killAfter, int[] acknowledged)
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
                    acknowledged[int.Parse(result.Id, CultureInfo.InvariantCulture)] = round;
                    if (Interlocked.Increment(ref count) == killAfter) service.Kill();
                }

                Assert.Fail("The stream ended as if nothing had happened.");
            }
            catch (RpcException exception)
            {
                Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
            }

            await sending;
        }))).Within();
    }

    private static async Task SendAsync(IClientStreamWriter<StreamUpsertRequest> requests, int stream, int round)
    {
        try
        {
            await requests.WriteAsync(new StreamUpsertRequest { Settings = new StreamUpsertSettings { Gallery = "g" } });
            for (int i = stream; i < Items; i += Streams)
            {
                var item = LiveService.Item(i.ToString(CultureInfo.InvariantCulture), Feature(i, round));
                item.Identity = round.ToString(CultureInfo.InvariantCulture);
                await requests.WriteAsync(new StreamUpsertRequest { Item = item });
            }
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            // The service is dead, as it should be; the reading side says with what.
        }
    }

    private static async Task CheckAsync(BuiltService service, int[] acknowledged)
    {
        var reply = await Client(service).SearchAsync(
            new SearchRequest { Gallery = "g", Feature = LiveService.Feature(Query), K = Items }).ResponseAsync.Within();
        var found = reply.Ranking.Hits.ToDictionary(hit => int.Parse(hit.Id, CultureInfo.InvariantCulture));
        var gallery = await Client(service).GetGalleryAsync(new GetGalleryRequest { Name = "g" }).ResponseAsync.Within();
        Assert.Equal((ulong)found.Count, gallery.Gallery.Items);
        for (int i = 0; i < Items; i++)
        {
            if (!found.TryGetValue(i, out var hit))
            {
                Assert.True(acknowledged[i] == 0, $"Item {i} was acknowledged in round {acknowledged[i]} and is gone.");
                continue;
            }

            // A write may be on disk although the kill came before its acknowledgement.
            int stored = int.Parse(hit.Identity, CultureInfo.InvariantCulture);
            Assert.True(stored >= acknowledged[i], $"Item {i} was acknowledged in round {acknowledged[i]} and is that of round {stored}.");
            Assert.Equal(CanonicalScore.Dot(UnitFeature.Normalize(Query, ""), UnitFeature.Normalize(Feature(i, stored), "")), hit.Score);
        }
    }

    private static RetrievalScoringService.RetrievalScoringServiceClient Client(BuiltService service) => new(service.Channel);

    private static float[] Feature(int item, int round) => [item + 1, round, MathF.Sin(item), 1];
}
