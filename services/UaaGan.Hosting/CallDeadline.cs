using Grpc.Core;

namespace UaaGan.Hosting;

/// <summary>The deadline of a call as a <see cref="BatchWorker{TItem, TResult}"/> takes it.</summary>
public static class CallDeadline
{
    /// <summary>When the caller gives up; null: never, which gRPC writes as <see cref="DateTime.MaxValue"/>.</summary>
    public static DateTimeOffset? DeadlineOrNull(this ServerCallContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Deadline == DateTime.MaxValue ? null : new DateTimeOffset(context.Deadline);
    }
}
