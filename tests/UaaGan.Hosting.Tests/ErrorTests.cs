using Google.Rpc;
using Grpc.Core;
using UaaGan.Hosting.Tests.Support;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Hosting.Tests;

public class ErrorTests
{
    [Fact]
    public async Task A_failure_arrives_with_its_code_reason_metadata_and_field()
    {
        await using var service = await LiveService.StartAsync();
        var error = await Fails(service, "missing");
        Assert.Equal((StatusCode.NotFound, "There is no model 'missing'."), (error.StatusCode, error.Status.Detail));
        var status = error.GetRpcStatus()!;
        Assert.Equal((int)StatusCode.NotFound, status.Code);
        var info = status.GetDetail<ErrorInfo>()!;
        Assert.Equal(("MODEL_NOT_FOUND", StatusMapper.Domain, "missing"), (info.Reason, info.Domain, info.Metadata["name"]));
        Assert.Equal("model.name", Assert.Single(status.GetDetail<BadRequest>()!.FieldViolations).Field);
        Assert.Null(status.GetDetail<RetryInfo>());
    }

    [Fact]
    public async Task Overload_arrives_with_the_time_to_try_again()
    {
        await using var service = await LiveService.StartAsync();
        var error = await Fails(service, "full");
        Assert.Equal(StatusCode.ResourceExhausted, error.StatusCode);
        Assert.Equal(TimeSpan.FromMilliseconds(250), error.GetRpcStatus()!.GetDetail<RetryInfo>()!.RetryDelay.ToTimeSpan());
    }

    [Fact]
    public async Task An_unforeseen_exception_shows_nothing_but_the_id_under_which_it_was_logged()
    {
        await using var service = await LiveService.StartAsync();
        var error = await Fails(service, "bug");
        Assert.Equal(StatusCode.Internal, error.StatusCode);
        string id = error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Metadata["correlation_id"];
        Assert.Contains(id, error.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.ToString(), StringComparison.Ordinal);
        Assert.True(service.Log.Errors.TryDequeue(out string? logged));
        Assert.Contains(id, logged, StringComparison.Ordinal);
        Assert.Contains("the secret is in", logged, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_full_disk_is_told_without_its_path()
    {
        await using var service = await LiveService.StartAsync();
        var error = await Fails(service, "disk");
        Assert.Equal((StatusCode.ResourceExhausted, "DISK_FULL"), (error.StatusCode, error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
        Assert.DoesNotContain("/srv", error.ToString(), StringComparison.Ordinal);
        Assert.True(service.Log.Errors.TryDequeue(out _));
    }

    [Fact]
    public async Task A_bad_image_names_the_field_of_the_request()
    {
        await using var service = await LiveService.StartAsync();
        var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Client.ExtractAsync(new ExtractRequest { Image = new Image() }));
        Assert.Equal("image", Assert.Single(error.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations).Field);
    }

    [Theory]
    [InlineData(0u, 1u, 1u, 0, "IMAGE_SHAPE_INVALID")]
    [InlineData(2u, 2u, 2u, 8, "IMAGE_SHAPE_INVALID")]
    [InlineData(2u, 3u, 3u, 17, "IMAGE_SHAPE_MISMATCH")]
    [InlineData(uint.MaxValue, uint.MaxValue, 3u, 3, "IMAGE_TOO_MANY_PIXELS")]
    public async Task A_raw_image_of_a_wrong_shape_is_refused(uint width, uint height, uint channels, int bytes, string reason)
    {
        await using var service = await LiveService.StartAsync();
        var raw = new RawImage { Width = width, Height = height, Channels = channels, Data = Google.Protobuf.ByteString.CopyFrom(new byte[bytes]) };
        var error = await Assert.ThrowsAsync<RpcException>(async () => await service.Client.ExtractAsync(new ExtractRequest { Image = new Image { Raw = raw } }));
        Assert.Equal((StatusCode.InvalidArgument, reason), (error.StatusCode, error.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason));
    }

    [Fact]
    public async Task A_deadline_that_passes_is_deadline_exceeded_and_logs_no_error()
    {
        await using var service = await LiveService.StartAsync();
        var call = service.Client.ExtractAsync(
            new ExtractRequest { Model = new ModelReference { Name = "stuck" } }, deadline: DateTime.UtcNow + TimeSpan.FromSeconds(1));
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Within());
        Assert.Equal(StatusCode.DeadlineExceeded, error.StatusCode);
    }

    [Fact]
    public async Task A_caller_who_leaves_logs_no_error()
    {
        await using var service = await LiveService.StartAsync();
        using var leave = new CancellationTokenSource();
        var call = service.Client.ExtractAsync(new ExtractRequest { Model = new ModelReference { Name = "stuck" } }, cancellationToken: leave.Token);
        await service.Behaviour.Stuck.Task.Within();
        await leave.CancelAsync();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Within());
        Assert.Equal(StatusCode.Cancelled, error.StatusCode);
    }

    private static async Task<RpcException> Fails(LiveService service, string model) => await Assert.ThrowsAsync<RpcException>(
        async () => await service.Client.ExtractAsync(new ExtractRequest { Model = new ModelReference { Name = model } }));
}
