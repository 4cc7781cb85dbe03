using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using UaaGan.Failures;
using Status = Google.Rpc.Status;

namespace UaaGan.Hosting;

/// <summary>
/// The one table from a failure to its gRPC status, with the details of AIP-193: one ErrorInfo; a BadRequest when a field is at
/// fault; a RetryInfo when trying again later may help. Nothing internal goes over the wire: an unforeseen exception is logged
/// under an id, and only the id is sent.
/// </summary>
public sealed partial class StatusMapper(ILogger<StatusMapper> logger, IHostApplicationLifetime lifetime)
{
    /// <summary>Domain of every ErrorInfo of this suite.</summary>
    public const string Domain = "uaagan.grpc";

    /// <summary>Key of <see cref="FailureException.Metadata"/> that sets the RetryInfo, in milliseconds; one second without it.</summary>
    public const string RetryDelay = "retry_delay_ms";

    private const int DiskFullErrno = 28;
    private const int DiskFullWindows = unchecked((int)0x80070070);

    /// <summary>The status of a failure, for an item of a stream or for a whole call.</summary>
    /// <param name="exception">What went wrong.</param>
    /// <param name="call">The call, whose deadline tells DEADLINE_EXCEEDED from CANCELLED; null when there is none.</param>
    public Status ToStatus(Exception exception, ServerCallContext? call = null) => exception switch
    {
        FailureException failure => FromFailure(failure),
        RpcException rpc => rpc.GetRpcStatus() ?? Make(rpc.StatusCode, Reason(rpc.StatusCode), rpc.Status.Detail),
        TimeoutException => Make(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED", "The deadline passed before the work was done."),
        OperationCanceledException or ConnectionResetException or ConnectionAbortedException => Cancelled(call),
        IOException { HResult: DiskFullErrno or DiskFullWindows } full => DiskFull(full),
        // A caller who leaves breaks the reads and writes under way, with whatever exception they meet.
        _ when call?.CancellationToken.IsCancellationRequested == true => Left(exception, call),
        _ => Unforeseen(exception),
    };

    /// <summary>The same as an exception that ends the call.</summary>
    public RpcException ToRpcException(Exception exception, ServerCallContext? call = null) =>
        exception as RpcException ?? ToStatus(exception, call).ToRpcException();

    private static StatusCode Code(FailureKind kind) => kind switch
    {
        FailureKind.InvalidArgument => StatusCode.InvalidArgument,
        FailureKind.NotFound => StatusCode.NotFound,
        FailureKind.AlreadyExists => StatusCode.AlreadyExists,
        FailureKind.FailedPrecondition => StatusCode.FailedPrecondition,
        FailureKind.ResourceExhausted => StatusCode.ResourceExhausted,
        FailureKind.DataLoss => StatusCode.DataLoss,
        FailureKind.Unauthenticated => StatusCode.Unauthenticated,
        FailureKind.PermissionDenied => StatusCode.PermissionDenied,
        FailureKind.Unavailable => StatusCode.Unavailable,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Every kind of failure has a row in this table."),
    };

    private Status FromFailure(FailureException failure)
    {
        if (failure.InnerException is { } cause)
        {
            // A damaged image is the caller's affair; damaged weights are ours.
            var level = failure.Kind == FailureKind.InvalidArgument ? LogLevel.Debug : LogLevel.Warning;
            LogCause(logger, level, failure.Reason, failure.Message, cause);
        }

        var status = Make(Code(failure.Kind), failure.Reason, failure.Message, failure.Metadata);
        if (failure.Field is { Length: > 0 } field)
        {
            status.Details.Add(Any.Pack(new BadRequest
            {
                FieldViolations = { new BadRequest.Types.FieldViolation { Field = WireText.Clip(field, WireText.NameBytes), Description = status.Message } },
            }));
        }

        if (failure.Kind == FailureKind.ResourceExhausted)
        {
            double delay = failure.Metadata.TryGetValue(RetryDelay, out string? text)
                && double.TryParse(text, CultureInfo.InvariantCulture, out double milliseconds) ? milliseconds : 1000;
            status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromMilliseconds(delay)) }));
        }

        return status;
    }

    private Status Cancelled(ServerCallContext? call)
    {
        if (call is not null && call.Deadline <= DateTime.UtcNow)
        {
            return Make(StatusCode.DeadlineExceeded, "DEADLINE_EXCEEDED", "The deadline passed before the work was done.");
        }

        return lifetime.ApplicationStopping.IsCancellationRequested && call?.CancellationToken.IsCancellationRequested != true
            ? Make(StatusCode.Unavailable, "SERVICE_STOPPING", "The service is stopping; send the call again, to another replica or in a moment.")
            : Make(StatusCode.Cancelled, "CANCELLED", "The call was cancelled.");
    }

    private Status Left(Exception exception, ServerCallContext call)
    {
        LogLeft(logger, call.Method, exception);
        return Cancelled(call);
    }

    private Status DiskFull(IOException exception)
    {
        LogCause(logger, LogLevel.Error, "DISK_FULL", "a write failed", exception);
        var status = Make(StatusCode.ResourceExhausted, "DISK_FULL", "The disk of the service's state folder is full; free some space and try again.");
        status.Details.Add(Any.Pack(new RetryInfo { RetryDelay = Duration.FromTimeSpan(TimeSpan.FromSeconds(60)) }));
        return status;
    }

    private Status Unforeseen(Exception exception)
    {
        string id = Guid.NewGuid().ToString("N")[..12];
        LogUnforeseen(logger, id, exception);
        return Make(
            StatusCode.Internal, "INTERNAL",
            $"The service failed in a way that it should not; its log has the cause under {id}.",
            new Dictionary<string, string> { ["correlation_id"] = id });
    }

    private static Status Make(StatusCode code, string reason, string message, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var info = new ErrorInfo { Reason = reason, Domain = Domain };
        foreach (var (key, value) in metadata ?? new Dictionary<string, string>()) info.Metadata[WireText.Clip(key, WireText.NameBytes)] = WireText.Clip(value, WireText.NameBytes);
        return new Status { Code = (int)code, Message = WireText.Clip(message, WireText.MessageBytes), Details = { Any.Pack(info) } };
    }

    // ResourceExhausted -> RESOURCE_EXHAUSTED.
    private static string Reason(StatusCode code) =>
        string.Concat(code.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $"_{c}" : char.ToUpperInvariant(c).ToString()));

    [LoggerMessage(EventId = 1, Message = "{Reason}: {Failure}")]
    private static partial void LogCause(ILogger logger, LogLevel level, string reason, string failure, Exception cause);

    [LoggerMessage(EventId = 3, Level = LogLevel.Information, Message = "{Method} failed after its caller had left")]
    private static partial void LogLeft(ILogger logger, string method, Exception exception);

    [LoggerMessage(EventId = 2, Level = LogLevel.Error, Message = "Unforeseen failure {CorrelationId}")]
    private static partial void LogUnforeseen(ILogger logger, string correlationId, Exception exception);
}
