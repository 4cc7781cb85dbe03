using Google.Rpc;
using Grpc.Core;
using UaaGan.Hosting.Tests.Support;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting.Tests;

public class ChunkTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1000)]
    public async Task An_image_in_chunks_is_the_same_as_the_whole_image(int chunk)
    {
        await using var service = await LiveService.StartAsync();
        using var call = await ExtractCall.OpenAsync(service);
        byte[] file = Pictures.Png(9, 4, 200);
        for (int offset = 0; offset < file.Length; offset += chunk)
        {
            await call.SendChunk("cut", offset, file.Length, file[offset..Math.Min(offset + chunk, file.Length)]);
        }

        await call.Send("whole", Pictures.Raw(1, 1));
        Assert.Equal(new[] { 9f, 4f, 200f }, ExtractCall.Values(await call.Result()));
        Assert.Equal("whole", (await call.Result()).Id);
    }

    [Theory]
    [InlineData("CHUNK_GAP", 0, 11, 20)]
    [InlineData("CHUNK_GAP", 0, 9, 20)]
    [InlineData("CHUNK_OVERRUN", 0, 10, 19)]
    [InlineData("CHUNK_GAP", 5, 15, 20)]
    [InlineData("IMAGE_TOO_LARGE", 0, 10, 5000)]
    public async Task A_faulty_chunk_fails_its_image_alone_and_the_rest_of_it_is_skipped(string reason, int first, int second, int total)
    {
        await using var service = await LiveService.StartAsync("--UaaGan:MaxImageBytes=4096");
        using var call = await ExtractCall.OpenAsync(service);
        await call.SendChunk("bad", first, total, new byte[10]);
        await call.SendChunk("bad", second, total, new byte[10]);
        await call.SendChunk("bad", second + 10, total, new byte[10]);
        await call.Send("good", Pictures.Raw(2, 3));
        await call.Close();

        var bad = await call.Result();
        Assert.Equal(("bad", 0ul), (bad.Id, bad.Index));
        Assert.Equal((StatusCode.InvalidArgument, reason), ((StatusCode)bad.Error.Code, bad.Error.GetDetail<ErrorInfo>()!.Reason));
        var good = await call.Result();
        Assert.Equal(("good", 1ul), (good.Id, good.Index));
        Assert.Null(await call.End());
    }

    [Fact]
    public async Task A_chunk_without_data_and_one_with_another_total_fail_their_images()
    {
        await using var service = await LiveService.StartAsync();
        using var call = await ExtractCall.OpenAsync(service);
        await call.SendChunk("empty", 0, 10, []);
        await call.SendChunk("other", 0, 10, new byte[5]);
        await call.SendChunk("other", 5, 11, new byte[5]);
        Assert.Equal("CHUNK_EMPTY", (await call.Result()).Error.GetDetail<ErrorInfo>()!.Reason);
        Assert.Equal("CHUNK_TOTAL_CHANGED", (await call.Result()).Error.GetDetail<ErrorInfo>()!.Reason);
    }

    [Fact]
    public async Task An_image_cut_short_by_the_end_of_the_stream_is_answered_as_such()
    {
        await using var service = await LiveService.StartAsync();
        using var call = await ExtractCall.OpenAsync(service);
        await call.SendChunk("cut", 0, 10, new byte[5]);
        await call.Close();
        var cut = await call.Result();
        Assert.Equal(("cut", "CHUNKS_MISSING"), (cut.Id, cut.Error.GetDetail<ErrorInfo>()!.Reason));
        Assert.Null(await call.End());
    }

    [Fact]
    public async Task Something_else_between_the_chunks_of_an_image_breaks_the_protocol()
    {
        await using var service = await LiveService.StartAsync();
        using var call = await ExtractCall.OpenAsync(service);
        await call.SendChunk("open", 0, 10, new byte[5]);
        await call.Send("between", Pictures.Raw(1, 1));
        var end = (await call.End())!;
        Assert.Equal((StatusCode.InvalidArgument, "CHUNKS_INTERRUPTED"), (end.StatusCode, end.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
    }

    [Fact]
    public void An_announced_size_costs_no_memory_before_its_bytes_come()
    {
        var assembler = new ImageAssembler(1 << 30);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Null(assembler.Add(new ImageItem
        {
            Id = "bomb",
            Chunk = new ImageChunk { TotalBytes = 1 << 30, Data = Google.Protobuf.ByteString.CopyFrom(1) },
        }));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }
}
