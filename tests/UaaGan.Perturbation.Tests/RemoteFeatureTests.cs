using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using UaaGan.Failures;
using UaaGan.FeatureExtraction;
using UaaGan.Hosting;
using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests;

/// <summary>Black-box attacks on the model of a real FeatureExtraction service.</summary>
public class RemoteFeatureTests
{
    [Fact]
    public async Task It_asks_the_other_service_as_often_as_the_budget_says_and_no_more()
    {
        using var theirs = new StateFolder();
        using var ours = new StateFolder();
        // The attacker has features and nothing else.
        Directory.Delete(Path.Combine(ours.Sub("models"), StateFolder.Model), recursive: true);
        await using var features = await FeaturesAsync(theirs, 0);
        await using var service = await LiveService.StartAsync(ours, $"--UaaGan:Perturbation:FeatureExtractionUrl={features.GrpcAddress}");
        using var counted = new Counted();

        var nes = Settings("nes", ("steps", "10"), ("population", "6"), ("queries", "25"));
        var results = await service.StreamAsync(nes, Enumerable.Range(0, 3).Select(i => ($"{i}", Pictures.Png(i))));
        Assert.All(results, result => Assert.InRange(result.Adversarial.Quality.Linf255, 1u, 8u));
        // Four steps of six fit into 25; one more for each clean image.
        Assert.Equal(3 * (1 + 24), counted.Take());

        var rays = await service.StreamAsync(Settings("rays", ("queries", "20"), ("threshold", "2")), Enumerable.Range(0, 3).Select(i => ($"{i}", Pictures.Png(i))));
        Assert.All(rays, result => Assert.Null(result.Error));
        Assert.Equal(3 * (1 + 20), counted.Take());

        // The same attack on the network itself, whose images are not rounded on the way.
        await using var local = await LiveService.StartAsync(theirs);
        var original = Pictures.Draw(2);
        var strong = Settings("nes", ("steps", "10"), ("population", "20"), ("noise-size", "8"));
        async Task<double> Moved(LiveService attacker) => theirs.Distance(original, Pictures.Read((await attacker.Client.PerturbAsync(
            new PerturbRequest { Settings = strong, Image = Pictures.Png(original), Id = "a" })).Adversarial.Image));
        var (away, own) = (await Moved(service), await Moved(local));
        Assert.True(away > 0.7 * own && away > 0, $"{away} {own}");

        var unknown = Settings("nes");
        unknown.Model.Name = "nobody";
        await Statuses.FailsAsync(() => service.StreamAsync(unknown, []), StatusCode.NotFound, "MODEL_NOT_FOUND");
        await Statuses.FailsAsync(() => service.StreamAsync(Settings("pgd"), []), StatusCode.NotFound, "MODEL_NOT_FOUND");
    }

    [Fact]
    public async Task A_service_that_comes_up_within_the_deadline_is_waited_for()
    {
        using var state = new StateFolder();
        var port = FreePort();
        await using var service = await LiveService.StartAsync(state, $"--UaaGan:Perturbation:FeatureExtractionUrl=http://127.0.0.1:{port}");
        var asked = service.StreamAsync(Settings("nes", ("steps", "2"), ("population", "2")), [("a", Pictures.Png(1))]);
        await using var features = await FeaturesAsync(state, port);

        Assert.Null(Assert.Single(await asked.Within()).Error);
    }

    [Fact]
    public async Task A_service_that_stays_away_is_told_as_unavailable()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(
            state, $"--UaaGan:Perturbation:FeatureExtractionUrl=http://127.0.0.1:{FreePort()}", "--UaaGan:Perturbation:FeatureExtractionSeconds=0.5");
        await Statuses.FailsAsync(() => service.StreamAsync(Settings("nes"), []), StatusCode.Unavailable, "FEATURES_UNAVAILABLE");
        // Others need no features of that service.
        Assert.Null(Assert.Single(await service.StreamAsync(Settings("pgd"), [("a", Pictures.Png(1))])).Error);
    }

    [Theory]
    [InlineData("--UaaGan:Perturbation:FeatureExtractionCa=/nowhere/ca.pem")]
    [InlineData("--UaaGan:Perturbation:FeatureExtractionCertificate=/nowhere/me.pem")]
    [InlineData("--UaaGan:Perturbation:FeatureExtractionApiKey=k")]
    public async Task Credentials_that_cannot_be_shown_stop_the_start(string option)
    {
        using var state = new StateFolder();
        var failure = await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync(state, "--UaaGan:Perturbation:FeatureExtractionUrl=http://features.example:5101", option));
        Assert.Equal("BAD_OPTION", failure.Reason);
        Assert.Contains("Perturbation:FeatureExtraction", failure.Message, StringComparison.Ordinal);
    }

    private static PerturbSettings Settings(string method, params ReadOnlySpan<(string Name, string Value)> options)
    {
        var settings = LiveService.Settings(method);
        foreach (var (name, value) in options) settings.Options[name] = value;
        return settings;
    }

    private static Task<RunningService> FeaturesAsync(StateFolder state, int port) => ServiceHost.StartAsync(
        [$"--UaaGan:GrpcPort={port}", "--UaaGan:HttpPort=0", $"--UaaGan:State={state.Path}", "--UaaGan:TorchThreads=1", "--UaaGan:DrainSeconds=5"],
        FeatureExtractionHost.Profile,
        builder =>
        {
            builder.Logging.ClearProviders();
            FeatureExtractionHost.Configure(builder);
        });

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>What the service's own counter has counted since it was last looked at.</summary>
    private sealed class Counted : IDisposable
    {
        private readonly MeterListener _listener = new();
        private long _images;

        public Counted()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "uaagan.remote.queries") listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<long>((_, images, _, _) => Interlocked.Add(ref _images, images));
            _listener.Start();
        }

        public long Take() => Interlocked.Exchange(ref _images, 0);

        public void Dispose() => _listener.Dispose();
    }
}
