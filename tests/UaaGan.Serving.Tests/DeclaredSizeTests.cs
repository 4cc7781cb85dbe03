using System.Globalization;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;
using UaaGan.Serving.Tests.Support;

namespace UaaGan.Serving.Tests;

/// <summary>Images that announce 65,535 x 65,535 pixels, which would take 4 to 13 GB.</summary>
public class DeclaredSizeTests
{
    private const long Little = 64L << 20;
    private const string Allocated = "dotnet_gc_heap_total_allocated_bytes_total";

    // Bounds of the decoders' own come first: 65,500 pixels a side, and a frame that fills the canvas.
    private static readonly string[] OwnBounds = ["jpeg", "webp"];

    [Fact]
    public async Task They_are_refused_before_anything_is_allocated_for_them()
    {
        using var models = new TinyModels();
        await using var service = await BuiltService.StartAsync("UaaGan.FeatureExtraction", models.State, "--UaaGan:TorchThreads=1");
        var client = new FeatureExtractionService.FeatureExtractionServiceClient(service.Channel);
        // Each decoder once, so that its own start is not counted.
        foreach (string format in ImageFiles.Formats) await ExtractAsync(client, Encoded(ImageFiles.Make(format)));
        double allocated = await AllocatedAsync(service, before: 0);
        long space = service.PeakAddressSpace;

        List<string> reasons = [];
        foreach (string format in ImageFiles.Formats)
        {
            var refused = await Assert.ThrowsAsync<RpcException>(() => ExtractAsync(client, Encoded(DeclaredSize.Of(format))));
            Assert.Equal(StatusCode.InvalidArgument, refused.StatusCode);
            reasons.Add($"{format} {refused.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason}");
        }

        Assert.Equal(ImageFiles.Formats.Select(format => $"{format} {(OwnBounds.Contains(format) ? "IMAGE_CORRUPT" : "IMAGE_TOO_MANY_PIXELS")}"), reasons);
        var raw = new Image { Raw = new RawImage { Width = 65_535, Height = 65_535, Channels = 3, Data = ByteString.CopyFrom(1, 2, 3) } };
        var tooMany = await Assert.ThrowsAsync<RpcException>(() => ExtractAsync(client, raw));
        Assert.Equal("IMAGE_TOO_MANY_PIXELS", tooMany.GetRpcStatus()!.GetDetail<ErrorInfo>().Reason);

        Assert.InRange(await AllocatedAsync(service, allocated) - allocated, 0, Little);
        Assert.InRange(service.PeakAddressSpace - space, 0, 16 * Little);
    }

    private static Image Encoded(byte[] file) => new() { Encoded = ByteString.CopyFrom(file) };

    private static Task<ExtractResponse> ExtractAsync(FeatureExtractionService.FeatureExtractionServiceClient client, Image image) =>
        client.ExtractAsync(new ExtractRequest { Model = new ModelReference { Name = TinyModels.Model }, Image = image }).ResponseAsync.Within();

    /// <summary>Managed bytes that the service has allocated so far. It answers from a cache at first: asked until it is another number.</summary>
    private static async Task<double> AllocatedAsync(BuiltService service, double before)
    {
        using var http = new HttpClient();
        double now = before;
        await Waits.UntilAsync(async cancellation =>
        {
            string text = await http.GetStringAsync(new Uri(service.Http, "metrics"), cancellation);
            string line = text.Split('\n').First(line => line.StartsWith(Allocated, StringComparison.Ordinal));
            now = double.Parse(line.Split([' ', '}'], StringSplitOptions.RemoveEmptyEntries).First(part => char.IsAsciiDigit(part[0])), CultureInfo.InvariantCulture);
            return now > before;
        });
        return now;
    }
}
