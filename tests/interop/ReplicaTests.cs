using System.Globalization;
using System.Text.Json.Nodes;
using UaaGan.Interop.Tests.Drivers;

namespace UaaGan.Interop.Tests;

/// <summary>Three replicas of FeatureExtraction, one of which goes in mid-stream.</summary>
[Collection(InteropSuite.Turns)]
public sealed class ReplicaTests(InteropSuite suite)
{
    // Batches are of 8: at the gate, 96 items are answered and 4 wait, for ten seconds, for others to share theirs.
    private const int Gate = 100, AnsweredAtGate = 96;

    [Theory]
    [InlineData(Languages.Dotnet)]
    [InlineData(Languages.Python)]
    [InlineData(Languages.PythonAsyncio)]
    [InlineData(Languages.Node)]
    public async Task A_replica_killed_in_mid_stream_costs_no_item_and_doubles_none(string language)
    {
        var result = await Run(language, AnsweredAtGate + 104, victim => victim.KillAsync());
        Assert.Equal(1, result.Reconnected);
        // A machine that is busier than ten seconds may have answered those that wait.
        Assert.InRange(result.AnsweredBefore, AnsweredAtGate, Gate);
    }

    [Theory]
    [InlineData(Languages.Dotnet)]
    [InlineData(Languages.Python)]
    [InlineData(Languages.PythonAsyncio)]
    [InlineData(Languages.Node)]
    public async Task A_replica_that_is_asked_to_stop_answers_what_it_has_accepted(string language)
    {
        var result = await Run(language, Gate + 96, victim => victim.TerminateAsync());
        Assert.Equal((1, Gate), (result.Reconnected, result.AnsweredBefore));
    }

    private async Task<ResumeResult> Run(string language, int count, Func<BuiltService, Task> happens)
    {
        var replicas = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => suite.Start("UaaGan.FeatureExtraction", "--UaaGan:BatchDelayMilliseconds=10000")));
        try
        {
            // The first answer of an endpoint takes long on a busy machine, and the last items wait for ten seconds only.
            using var http = new HttpClient();
            foreach (var replica in replicas) await http.GetStringAsync(new Uri(replica.Http, "/metrics"));
            var configuration = suite.Configuration(language);
            configuration["replicas"] = new JsonArray([.. replicas.Select(replica => (JsonNode)replica.Grpc.Authority)]);
            configuration["count"] = count;
            configuration["gate"] = Gate;
            var run = new ResumeRun(AnsweredAtGate, async () => await happens(await Busy(http, replicas)));
            var result = language == Languages.Dotnet ? await new DotnetDriver(configuration).RunStream(run) : await DriverProcess.RunStream(language, configuration, run);

            Assert.Equal(InteropCases.Ids(count), result.Ids);
            var expected = (await suite.Results(Languages.Dotnet))["stream"]!["features"]!.AsArray().Select(feature => (string)feature!).ToList();
            Assert.Equal(Enumerable.Range(0, count).Select(n => expected[n % expected.Count]), result.Features);
            return result;
        }
        finally
        {
            foreach (var replica in replicas) await replica.DisposeAsync();
        }
    }

    /// <summary>The replica that has accepted every item before the gate.</summary>
    private static async Task<BuiltService> Busy(HttpClient http, IReadOnlyList<BuiltService> replicas)
    {
        BuiltService? busy = null;
        await Waits.UntilAsync(async cancellation =>
        {
            foreach (var replica in replicas)
            {
                var metrics = await http.GetStringAsync(new Uri(replica.Http, "/metrics"), cancellation);
                if (Value(metrics, "uaagan_queue_wait_seconds_count") + Value(metrics, "uaagan_items_pending") == Gate) busy = replica;
            }

            return busy is not null;
        });
        return busy!;
    }

    /// <summary>Sum of a metric's series, whose lines are: name{labels} value timestamp.</summary>
    private static double Value(string metrics, string name) => metrics.Split('\n').Where(line => line.StartsWith($"{name}{{", StringComparison.Ordinal))
        .Sum(line => double.Parse(line[(line.LastIndexOf('}') + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));
}
