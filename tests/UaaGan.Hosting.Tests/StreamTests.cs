using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using UaaGan.Hosting.Tests.Support;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Hosting.Tests;

public class StreamTests
{
    [Fact]
    public async Task The_first_reply_announces_the_limits_that_options_set()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:MaxInFlightPerStream=5", "--UaaGan:MaxImageBytes=4096");
        using var call = new ExtractCall(service);
        await call.Send(new StreamExtractRequest { Settings = new StreamExtractSettings() });
        var limits = (await call.Next()).Accepted.Limits;
        Assert.Equal((5u, 16ul << 20, 4096ul, 64ul << 20), (limits.MaxInFlight, limits.MaxMessageBytes, limits.MaxImageBytes, limits.MaxImagePixels));
        await call.Close();
        Assert.Null(await call.End());
    }

    [Fact]
    public async Task Replies_come_in_the_order_of_requests_even_when_the_first_is_the_slowest()
    {
        await using var service = await LiveService.StartAsync();
        var gate = service.Behaviour.Gate("slow");
        using var call = await ExtractCall.OpenAsync(service);
        await call.Send("slow", Pictures.Raw(1, 2));
        await call.Send("fast", Pictures.Raw(3, 4));
        await call.Close();
        var first = call.Result();
        Assert.False(first.IsCompleted);
        gate.SetResult();
        Assert.Equal(("slow", 0ul), ((await first).Id, (await first).Index));
        var second = await call.Result();
        Assert.Equal(("fast", 1ul), (second.Id, second.Index));
        Assert.Equal(new[] { 3f, 4f, 7f }, ExtractCall.Values(second));
        Assert.Null(await call.End());
    }

    [Fact]
    public async Task Replies_come_as_soon_as_they_are_done_when_the_caller_asks_for_that()
    {
        await using var service = await LiveService.StartAsync();
        var gate = service.Behaviour.Gate("slow");
        using var call = await ExtractCall.OpenAsync(service, ReplyOrder.Completion);
        await call.Send("slow", Pictures.Raw(1, 2));
        await call.Send("fast", Pictures.Raw(3, 4));
        await call.Close();
        Assert.Equal("fast", (await call.Result()).Id);
        gate.SetResult();
        Assert.Equal("slow", (await call.Result()).Id);
        Assert.Null(await call.End());
    }

    [Theory]
    [InlineData(ReplyOrder.Request)]
    [InlineData(ReplyOrder.Completion)]
    public async Task A_thousand_items_are_all_answered_and_never_more_are_pending_than_announced(ReplyOrder order)
    {
        await using var service = await LiveService.StartAsync("--UaaGan:MaxInFlightPerStream=4");
        using var call = await ExtractCall.OpenAsync(service, order);
        var sending = Task.Run(async () =>
        {
            for (int i = 0; i < 1000; i++) await call.Send($"item{i}", Pictures.Raw(1 + (i % 9), 5));
            await call.Close();
        });
        var ids = new HashSet<string>();
        for (int i = 0; i < 1000; i++)
        {
            var result = await call.Result();
            Assert.True(ids.Add(result.Id));
            Assert.Equal(1f + (result.Index % 9), ExtractCall.Values(result)[0]);
            if (order == ReplyOrder.Request) Assert.Equal((ulong)i, result.Index);
        }

        await sending;
        Assert.Null(await call.End());
        Assert.InRange(service.Behaviour.MostRunning, 1, 4);
    }

    [Fact]
    public async Task The_server_reads_no_further_while_as_many_items_as_announced_are_pending()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:MaxInFlightPerStream=2");
        var gates = new[] { "0", "1", "2" }.Select(service.Behaviour.Gate).ToArray();
        using var call = await ExtractCall.OpenAsync(service, ReplyOrder.Completion);
        for (int i = 0; i < 3; i++) await call.Send($"{i}", Pictures.Raw(1, 1));
        gates[2].SetResult();
        var reply = call.Result();
        Assert.False(reply.IsCompleted);
        gates[0].SetResult();
        Assert.Equal("0", (await reply).Id);
        Assert.Equal("2", (await call.Result()).Id);
        gates[1].SetResult();
        Assert.Equal("1", (await call.Result()).Id);
    }

    [Fact]
    public async Task A_faulty_item_is_answered_with_its_own_status_and_the_stream_goes_on()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:MaxImagePixels=100");
        using var call = await ExtractCall.OpenAsync(service);
        await call.Send("rubbish", new Image { Encoded = ByteString.CopyFromUtf8("no image at all") });
        await call.Send("truncated", new Image { Encoded = ByteString.CopyFrom(Pictures.Png(8, 8)[..^20]) });
        await call.Send("huge", Pictures.Raw(11, 10));
        await call.Send("nothing", new Image());
        await call.Send("", Pictures.Raw(1, 1));
        await call.Send(new string('x', 257), Pictures.Raw(1, 1));
        await call.Send("rubbish", Pictures.Raw(1, 1));
        await call.Send("bug", Pictures.Raw(1, 1));
        await call.Send("good", Pictures.Raw(5, 6));
        await call.Close();

        string[] reasons =
        [
            "IMAGE_FORMAT_UNKNOWN", "IMAGE_TRUNCATED", "IMAGE_TOO_MANY_PIXELS", "IMAGE_MISSING", "BAD_ITEM_ID", "BAD_ITEM_ID", "DUPLICATE_ITEM_ID",
        ];
        for (int i = 0; i < reasons.Length; i++)
        {
            var error = (await call.Result()).Error;
            Assert.Equal((StatusCode.InvalidArgument, reasons[i]), ((StatusCode)error.Code, error.GetDetail<ErrorInfo>()!.Reason));
            Assert.StartsWith("item.", Assert.Single(error.GetDetail<BadRequest>()!.FieldViolations).Field, StringComparison.Ordinal);
        }

        var bug = (await call.Result()).Error;
        Assert.Equal(StatusCode.Internal, (StatusCode)bug.Code);
        Assert.DoesNotContain("secret", bug.ToString(), StringComparison.Ordinal);
        Assert.Equal(new[] { 5f, 6f, 7f }, ExtractCall.Values(await call.Result()));
        Assert.Null(await call.End());
        Assert.True(service.Log.Errors.TryDequeue(out string? logged));
        Assert.Contains("secret", logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_without_settings_ends_with_invalid_argument()
    {
        await using var service = await LiveService.StartAsync();
        using var empty = new ExtractCall(service);
        await empty.Close();
        Assert.Equal(StatusCode.InvalidArgument, (await empty.End())!.StatusCode);

        using var wrong = new ExtractCall(service);
        await wrong.Send("a", Pictures.Raw(1, 1));
        Assert.Equal("SETTINGS_MISSING", (await wrong.End())!.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
    }

    [Fact]
    public async Task A_broken_protocol_ends_the_stream_after_the_items_before_it_are_answered()
    {
        await using var service = await LiveService.StartAsync();
        var gate = service.Behaviour.Gate("before");
        using var call = await ExtractCall.OpenAsync(service);
        await call.Send("before", Pictures.Raw(2, 2));
        await call.Send(new StreamExtractRequest { Settings = new StreamExtractSettings() });
        gate.SetResult();
        Assert.Equal("before", (await call.Result()).Id);
        var end = (await call.End())!;
        Assert.Equal((StatusCode.InvalidArgument, "ITEM_MISSING"), (end.StatusCode, end.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
    }

    [Fact]
    public async Task A_message_over_the_limit_ends_the_stream_with_resource_exhausted()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:MaxMessageBytes=65536");
        using var call = await ExtractCall.OpenAsync(service);
        // The service refuses at the message's header, which may cut off the write of the rest.
        var write = call.Send("large", Pictures.Raw(300, 300));
        Assert.Equal(StatusCode.ResourceExhausted, (await call.End())!.StatusCode);
        Assert.True(await Record.ExceptionAsync(() => write) is null or RpcException);
    }

    [Fact]
    public async Task A_stream_longer_than_allowed_ends_after_its_last_item()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:MaxItemsPerStream=2");
        using var call = await ExtractCall.OpenAsync(service);
        foreach (string id in new[] { "a", "b", "c" }) await call.Send(id, Pictures.Raw(1, 1));
        Assert.Equal("a", (await call.Result()).Id);
        Assert.Equal("b", (await call.Result()).Id);
        Assert.Equal("STREAM_TOO_LONG", (await call.End())!.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
    }

    [Fact]
    public async Task A_request_to_stop_answers_what_was_accepted_and_ends_the_stream_with_unavailable()
    {
        await using var service = await LiveService.StartAsync();
        var gate = service.Behaviour.Gate("accepted");
        using var call = await ExtractCall.OpenAsync(service, ReplyOrder.Completion);
        await call.Send("accepted", Pictures.Raw(2, 3));
        await call.Send("quick", Pictures.Raw(1, 1));
        Assert.Equal("quick", (await call.Result()).Id);

        service.Service.RequestStop();
        gate.SetResult();
        Assert.Equal(new[] { 2f, 3f, 7f }, ExtractCall.Values(await call.Result()));
        var end = (await call.End())!;
        Assert.Equal((StatusCode.Unavailable, "SERVICE_STOPPING"), (end.StatusCode, end.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
    }

    [Fact]
    public async Task A_stream_that_cannot_finish_in_the_drain_time_ends_with_unavailable()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:DrainSeconds=0.2");
        service.Behaviour.Gate("never");
        using var call = await ExtractCall.OpenAsync(service, ReplyOrder.Completion);
        await call.Send("never", Pictures.Raw(2, 3));
        await call.Send("quick", Pictures.Raw(1, 1));
        Assert.Equal("quick", (await call.Result()).Id);
        service.Service.RequestStop();
        Assert.Equal(StatusCode.Unavailable, (await call.End())!.StatusCode);
    }
}
