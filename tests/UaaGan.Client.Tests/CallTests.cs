using System.Net;
using System.Net.Sockets;
using Google.Rpc;
using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Client.Tests;

public sealed class CallTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_is_down_is_named_with_its_address()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        using var client = new FeatureClient(new Uri($"http://127.0.0.1:{port}"));

        var unary = await Assert.ThrowsAsync<UaaGanClientException>(() => client.GetModel(new ModelReference { Name = "m" }, Token));
        var stream = await Assert.ThrowsAsync<UaaGanClientException>(() => client.OpenExtract(new ModelReference { Name = "m" }, cancellationToken: Token));

        Assert.All([unary, stream], error =>
        {
            Assert.Equal(StatusCode.Unavailable, error.Code);
            Assert.Contains($"FeatureExtraction at http://127.0.0.1:{port}", error.Message, StringComparison.Ordinal);
            Assert.Contains("connection refused", error.Message, StringComparison.Ordinal);
            Assert.Contains("Start the service", error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Something_else_that_answers_at_the_address_is_told_from_a_service()
    {
        await using var server = await FakeServer.Start(new FakeFeatures());
        using var client = new ScoringClient(server.Address);

        var error = await Assert.ThrowsAsync<UaaGanClientException>(() => client.GetGallery("g", Token));

        Assert.Equal(StatusCode.Unimplemented, error.Code);
        Assert.Contains("another service", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_call_has_code_reason_field_and_pause()
    {
        var status = FakeServer.Fault(Code.ResourceExhausted, "QUEUE_FULL", "The queue is full.", "image");
        status.Details.Add(Google.Protobuf.WellKnownTypes.Any.Pack(
            new RetryInfo { RetryDelay = new Google.Protobuf.WellKnownTypes.Duration { Seconds = 2 } }));
        await using var server = await FakeServer.Start(new FakeFeatures { OnExtract = (_, _) => throw status.ToRpcException() });
        using var client = new FeatureClient(server.Address);

        var error = await Assert.ThrowsAsync<UaaGanClientException>(() => client.Extract(new ModelReference { Name = "m" }, new Image(), Token));

        Assert.Equal((StatusCode.ResourceExhausted, "QUEUE_FULL", "image", TimeSpan.FromSeconds(2)), (error.Code, error.Reason, error.Field, error.RetryAfter));
    }

    [Fact]
    public async Task A_call_that_is_never_answered_ends_at_its_deadline()
    {
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnExtract = async (_, context) =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken);
                return new ExtractResponse();
            },
        });
        using var client = new FeatureClient(server.Address, new ClientOptions { UnaryDeadline = TimeSpan.FromMilliseconds(300) });

        var error = await Assert.ThrowsAsync<UaaGanClientException>(() => client.Extract(new ModelReference { Name = "m" }, new Image(), Token));

        Assert.Equal(StatusCode.DeadlineExceeded, error.Code);
    }

    [Fact]
    public async Task A_listing_goes_through_all_its_pages()
    {
        var tokens = new List<string>();
        await using var server = await FakeServer.Start(new FakeFeatures
        {
            OnList = request =>
            {
                tokens.Add(request.PageToken);
                var page = request.PageToken.Length == 0 ? 0 : int.Parse(request.PageToken, System.Globalization.CultureInfo.InvariantCulture);
                return new ListModelsResponse
                {
                    Models = { new Model { Name = $"a{page}" }, new Model { Name = $"b{page}" } },
                    NextPageToken = page < 2 ? $"{page + 1}" : "",
                };
            },
        });
        using var client = new FeatureClient(server.Address);

        var models = await client.ListModels(Token).Select(m => m.Name).ToListAsync(Token);

        Assert.Equal(["a0", "b0", "a1", "b1", "a2", "b2"], models);
        Assert.Equal(["", "1", "2"], tokens);
    }

    [Theory]
    [InlineData("127.0.0.1:5101")]
    [InlineData("ftp://127.0.0.1")]
    public void An_address_that_is_no_address_is_refused(string address) =>
        Assert.Throws<ArgumentException>(() => new FeatureClient(new Uri(address, UriKind.RelativeOrAbsolute)));

    [Fact]
    public void An_option_out_of_bounds_names_itself_and_its_bound()
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new ClientOptions { MaxInFlight = 0 });
        Assert.Contains("MaxInFlight is 0 items; it must be at least 1", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, 2u)]
    [InlineData(0, 1u)]
    public void A_feature_whose_length_and_dimension_disagree_is_refused(int bytes, uint dimension) =>
        Assert.Throws<FormatException>(() => new Feature { Data = Google.Protobuf.ByteString.CopyFrom(new byte[bytes]), Dimension = dimension }.ToArray());

    [Fact]
    public void A_feature_comes_back_as_it_went()
    {
        float[] components = [0, -0f, 1.5f, float.Epsilon, -float.MaxValue];
        Assert.Equal(components, FeatureVectors.ToFeature(components).ToArray());
        Assert.Equal([0, 0, 0xc0, 0x3f], FeatureVectors.ToFeature([1.5f]).Data.ToByteArray());
    }
}
