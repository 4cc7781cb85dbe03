using System.Diagnostics;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using UaaGan.FeatureExtraction;
using UaaGan.Hosting;
using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests;

/// <summary>One trace through the client, Perturbation and the FeatureExtraction that it calls.</summary>
public class TracingTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_callers_trace_reaches_the_service_that_the_called_service_calls(bool theCalledOneRecords)
    {
        await using var collector = await Collector.StartAsync();
        using var state = new StateFolder();
        string[] telemetry = [$"--UaaGan:Telemetry:OtlpEndpoint={collector.Address}v1/traces", "--UaaGan:Telemetry:OtlpProtocol=http/protobuf"];
        var (first, second) = (ActivityTraceId.CreateRandom(), ActivityTraceId.CreateRandom());
        await using (var features = await ServiceHost.StartAsync([.. LiveService.Arguments(state), .. telemetry], FeatureExtractionHost.Profile, builder =>
        {
            builder.Logging.ClearProviders();
            FeatureExtractionHost.Configure(builder);
        }))
        await using (var service = await LiveService.StartAsync(state, [$"--UaaGan:Perturbation:FeatureExtractionUrl={features.GrpcAddress}", .. theCalledOneRecords ? telemetry : []]))
        {
            // The second call meets the worker that the first one started: the worker's thread must not have kept the first call's trace.
            foreach (var trace in new[] { first, second }) await AttackAsync(service, trace);
        }

        // Services export what they hold when they end.
        foreach (var trace in new[] { first, second })
        {
            Assert.Equal(theCalledOneRecords, collector.Has(trace, "uaagan-perturbation", "batch"));
            Assert.True(collector.Has(trace, "uaagan-features", "/uaagan.features.v1.FeatureExtractionService/Extract"), "FeatureExtraction told of no call in the caller's trace.");
        }
    }

    private static async Task AttackAsync(LiveService service, ActivityTraceId trace)
    {
        var settings = LiveService.Settings("nes");
        settings.Options["steps"] = "1";
        settings.Options["population"] = "2";
        var headers = new Metadata { { "traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01" } };
        await service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(1), Id = "a" }, headers).ResponseAsync.Within();
    }

    /// <summary>Keeps what is sent to it, in which ids are bytes and names are text.</summary>
    private sealed class Collector : IAsyncDisposable
    {
        private readonly WebApplication _application;
        private readonly List<byte[]> _bodies = [];

        private Collector(WebApplication application) => _application = application;

        public Uri Address => new(_application.Urls.Single());

        public static async Task<Collector> StartAsync()
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            var collector = new Collector(builder.Build());
            collector._application.Run(collector.KeepAsync);
            await collector._application.StartAsync();
            return collector;
        }

        /// <summary>Whether a service told of a span of a trace.</summary>
        public bool Has(ActivityTraceId trace, string service, string span)
        {
            byte[] id = new byte[16];
            trace.CopyTo(id);
            lock (_bodies) return _bodies.Exists(body => Contains(body, id) && Contains(body, Text(service)) && Contains(body, Text(span)));
        }

        public async ValueTask DisposeAsync() => await _application.DisposeAsync();

        private static byte[] Text(string text) => System.Text.Encoding.UTF8.GetBytes(text);

        private static bool Contains(byte[] body, byte[] part) => body.AsSpan().IndexOf(part) >= 0;

        private async Task KeepAsync(HttpContext context)
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            lock (_bodies) _bodies.Add(body.ToArray());
        }
    }
}
