using Google.Rpc;
using Grpc.Core;

namespace UaaGan.Perturbation.Tests.Support;

internal static class Statuses
{
    /// <summary>A call that fails with this code and reason; its rich status.</summary>
    public static async Task<Google.Rpc.Status> FailsAsync(Func<Task> call, StatusCode code, string reason)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(call);
        var status = failure.GetRpcStatus();
        Assert.NotNull(status);
        Assert.Equal((code, reason), ((StatusCode)status.Code, status.GetDetail<ErrorInfo>()?.Reason));
        return status;
    }

    public static string? Field(this Google.Rpc.Status status) => status.GetDetail<BadRequest>()?.FieldViolations[0].Field;

    public static string? Reason(this Google.Rpc.Status status) => status.GetDetail<ErrorInfo>()?.Reason;
}
