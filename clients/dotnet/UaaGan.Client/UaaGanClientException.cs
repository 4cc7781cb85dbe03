using System.Net.Sockets;
using System.Security.Authentication;
using Google.Rpc;
using Grpc.Core;
using RpcStatus = Google.Rpc.Status;

namespace UaaGan.Client;

/// <summary>A call, or one item of a stream, that a service did not answer with a value. The message is for people: what is wrong,
/// where, what would be right; <see cref="Code"/> and <see cref="Reason"/> are for programs.</summary>
public sealed class UaaGanClientException : Exception
{
    public UaaGanClientException(StatusCode code, string message, Exception? inner = null)
        : base(message, inner) => Code = code;

    /// <summary>The gRPC status code.</summary>
    public StatusCode Code { get; }

    /// <summary>The service's constant for the failure, such as MODEL_NOT_FOUND (ErrorInfo.reason); null when it gave none.</summary>
    public string? Reason { get; private init; }

    /// <summary>Path of the request's field at fault, such as settings.epsilon; null when it is no field.</summary>
    public string? Field { get; private init; }

    /// <summary>How long to wait before another attempt, when the service said so (overload).</summary>
    public TimeSpan? RetryAfter { get; private init; }

    /// <summary>Variables of the message by name (ErrorInfo.metadata).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; private init; } = new Dictionary<string, string>();

    /// <summary>The failure of one item of a stream.</summary>
    public static UaaGanClientException FromStatus(RpcStatus status, Exception? inner = null)
    {
        ArgumentNullException.ThrowIfNull(status);
        var info = status.GetDetail<ErrorInfo>();
        var violation = status.GetDetail<BadRequest>()?.FieldViolations.FirstOrDefault();
        var message = status.Message.Length > 0 ? status.Message : violation?.Description ?? $"{(StatusCode)status.Code} without a message.";
        return new UaaGanClientException((StatusCode)status.Code, message, inner)
        {
            Reason = string.IsNullOrEmpty(info?.Reason) ? null : info.Reason,
            Field = string.IsNullOrEmpty(violation?.Field) ? null : violation.Field,
            RetryAfter = status.GetDetail<RetryInfo>()?.RetryDelay?.ToTimeSpan(),
            Metadata = info is null ? new Dictionary<string, string>() : new Dictionary<string, string>(info.Metadata),
        };
    }

    /// <summary>The failure of a whole call.</summary>
    /// <param name="exception">What gRPC threw.</param>
    /// <param name="service">Name of the service, for the message.</param>
    /// <param name="address">Its address, for the message.</param>
    public static UaaGanClientException FromCall(RpcException exception, string service, Uri? address)
    {
        ArgumentNullException.ThrowIfNull(exception);
        if (exception.GetRpcStatus() is { } status && status.Code != 0) return FromStatus(status, exception);
        var where = address is null ? service : $"{service} at {address.GetLeftPart(UriPartial.Authority)}";
        // A peer that is not trusted can't be reached: the other languages' gRPC says UNAVAILABLE, where .NET's says INTERNAL.
        var code = Causes(exception).Any(cause => cause is AuthenticationException) ? StatusCode.Unavailable : exception.StatusCode;
        return new UaaGanClientException(code, Explain(exception, where), exception);
    }

    private static string Explain(RpcException exception, string where) => exception.StatusCode switch
    {
        StatusCode.Unavailable or StatusCode.Internal when RootCause(exception) is { } cause =>
            $"{where} can't be reached: {cause}. Start the service, or correct its address.",
        StatusCode.Unavailable => $"{where} is unavailable: {exception.Status.Detail}",
        StatusCode.Unimplemented => $"{where} does not know this method: another service or another version answers at this address.",
        StatusCode.DeadlineExceeded => $"{where} did not answer in time.",
        StatusCode.ResourceExhausted => $"{where} refused: {exception.Status.Detail}",
        _ => $"{where} failed with {exception.StatusCode}: {exception.Status.Detail}",
    };

    /// <summary>The network's own words, when it was the network.</summary>
    private static string? RootCause(RpcException exception)
    {
        foreach (var cause in Causes(exception))
        {
            if (cause is AuthenticationException authentication) return authentication.Message.TrimEnd('.');
            if (cause is SocketException { SocketErrorCode: SocketError.ConnectionRefused }) return "connection refused, nothing listens there";
            if (cause is SocketException socket) return socket.Message;
            if (cause is HttpRequestException { InnerException: null } http) return http.Message;
            if (cause is HttpIOException io) return io.Message;
        }

        return null;
    }

    private static IEnumerable<Exception> Causes(RpcException exception)
    {
        for (var cause = exception.Status.DebugException; cause is not null; cause = cause.InnerException) yield return cause;
    }
}
