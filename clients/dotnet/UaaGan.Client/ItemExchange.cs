using UaaGan.Protos.Common.V1;

namespace UaaGan.Client;

/// <summary>A bidirectional stream that the service has accepted: items go in, one outcome an item comes out. Made by the clients' Open methods.</summary>
/// <typeparam name="TAccepted">The service's acceptance: its limits and settings as they will run.</typeparam>
/// <typeparam name="TItem">What goes in.</typeparam>
/// <typeparam name="TResult">What comes out.</typeparam>
public abstract class ItemExchange<TAccepted, TItem, TResult> : IAsyncDisposable
{
    private protected ItemExchange(TAccepted accepted, StreamLimits limits)
    {
        Accepted = accepted;
        Limits = limits;
    }

    /// <summary>The service's first reply.</summary>
    public TAccepted Accepted { get; }

    /// <summary>What the service accepts; <see cref="Send"/> keeps to it.</summary>
    public StreamLimits Limits { get; }

    /// <summary>
    /// Sends the items and yields their outcomes as they come. No more items than announced are taken from the source before they are
    /// answered, so a slow reader slows the source. Once only. An item that fails has its own outcome; the enumeration throws
    /// <see cref="UaaGanClientException"/> when the stream as a whole fails, <see cref="OperationCanceledException"/> when it is cancelled,
    /// and whatever the source throws.
    /// </summary>
    public abstract IAsyncEnumerable<ItemOutcome<TResult>> Send(IAsyncEnumerable<TItem> items, CancellationToken cancellationToken = default);

    /// <summary>Ends the stream; what is not yet answered is abandoned.</summary>
    public abstract ValueTask DisposeAsync();
}
