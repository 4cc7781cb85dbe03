using System.Runtime.CompilerServices;
using Grpc.Core;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Client;

/// <summary>One stream after another, until every item is answered.</summary>
internal static class ResumingStream
{
    /// <summary>Yields the outcome of every item, each once. A stream that ends with UNAVAILABLE is opened again, on whichever replica the
    /// channel picks, and goes on with what is not answered.</summary>
    /// <param name="open">Opens a stream.</param>
    /// <param name="items">The source, enumerated once.</param>
    /// <param name="retry">How often and when it is tried again.</param>
    /// <param name="order">Order of the outcomes.</param>
    /// <param name="progress">Told after every answer.</param>
    /// <param name="cancellationToken">Ends it all.</param>
    public static async IAsyncEnumerable<ItemOutcome<TResult>> Run<TAccepted, TItem, TResult>(
        Func<CancellationToken, Task<ItemExchange<TAccepted, TItem, TResult>>> open, IAsyncEnumerable<TItem> items, RetryPolicy retry, ReplyOrder order,
        IProgress<StreamProgress>? progress, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(items);
        // Ends a step of the source that is still under way when the caller leaves.
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var window = new ItemWindow<TItem, TResult>(items, retry, order, life.Token);
        var reached = false;
        try
        {
            do
            {
                UaaGanClientException? broken = null;
                await using var replies = Replies(Open, window, cancellationToken).GetAsyncEnumerator(cancellationToken);
                while (true)
                {
                    try
                    {
                        if (!await replies.MoveNextAsync().ConfigureAwait(false)) break;
                    }
                    catch (UaaGanClientException exception) when (
                        // A service that was never there is told at once: its address may be wrong.
                        exception.Code == StatusCode.Unavailable && !window.SourceFailed && (reached || exception.Reason is not null))
                    {
                        broken = exception;
                        reached = true;
                        break;
                    }

                    foreach (var outcome in window.Settle(replies.Current))
                    {
                        progress?.Report(window.Progress);
                        yield return outcome;
                    }
                }

                if (window.Done) yield break;
                var pause = window.Pause(broken?.RetryAfter) ?? throw broken!;
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
            }
            while (true);
        }
        finally
        {
            await life.CancelAsync().ConfigureAwait(false);
            await window.DisposeAsync().ConfigureAwait(false);
        }

        async Task<ItemExchange<TAccepted, TItem, TResult>> Open(CancellationToken token)
        {
            var stream = await open(token).ConfigureAwait(false);
            reached = true;
            return stream;
        }
    }

    private static async IAsyncEnumerable<ItemOutcome<TResult>> Replies<TAccepted, TItem, TResult>(
        Func<CancellationToken, Task<ItemExchange<TAccepted, TItem, TResult>>> open, ItemWindow<TItem, TResult> window,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var stream = await open(cancellationToken).ConfigureAwait(false);
        await foreach (var outcome in stream.Send(window.NextStream(cancellationToken), cancellationToken).ConfigureAwait(false)) yield return outcome;
    }
}
