using Grpc.Core;

namespace UaaGan.FeatureExtraction.Tests.Support;

/// <summary>A status with its details, as a caller sees it.</summary>
/// <param name="Code">The code.</param>
/// <param name="Reason">Reason of its ErrorInfo.</param>
/// <param name="Field">Path of its BadRequest; null when it has none.</param>
/// <param name="Message">Its message.</param>
internal sealed record Refusal(StatusCode Code, string Reason, string? Field, string Message)
{
    public static Refusal Of(Google.Rpc.Status status) => new(
        (StatusCode)status.Code,
        status.GetDetail<Google.Rpc.ErrorInfo>().Reason,
        status.GetDetail<Google.Rpc.BadRequest>()?.FieldViolations.Single().Field,
        status.Message);

    /// <summary>The refusal that a call ends with.</summary>
    public static async Task<Refusal> OfAsync<T>(AsyncUnaryCall<T> call)
    {
        var failed = await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync.Within());
        return Of(failed.GetRpcStatus()!);
    }

    /// <summary>Whether it has this code, reason and field.</summary>
    public void Is(StatusCode code, string reason, string? field = null) => Assert.Equal((code, reason, field), (Code, Reason, Field));
}
