using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>
/// Makes items of what comes over the wire, for one stream. Its methods throw a <see cref="FailureException"/> when the protocol is
/// broken, which ends the stream.
/// </summary>
/// <typeparam name="TWire">What a message carries, such as an image or a chunk of one.</typeparam>
/// <typeparam name="TItem">What a handler works on.</typeparam>
public interface IItemAssembler<TWire, TItem>
    where TWire : class
    where TItem : class
{
    /// <summary>The item that this message completes, or null when more pieces must come.</summary>
    StreamEntry<TItem>? Add(TWire message);

    /// <summary>The item that the end of the stream cut short, as a failure; null when there is none.</summary>
    StreamEntry<TItem>? End();
}

/// <summary>Items that are whole in one message each, such as features.</summary>
/// <param name="id">The item's id.</param>
public sealed class WholeItems<TItem>(Func<TItem, string> id) : IItemAssembler<TItem, TItem>
    where TItem : class
{
    private ulong _index;

    /// <inheritdoc/>
    public StreamEntry<TItem>? Add(TItem message)
    {
        var failure = ItemIds.Check(id(message));
        return new StreamEntry<TItem>(id(message), _index++, failure is null ? message : null, failure);
    }

    /// <inheritdoc/>
    public StreamEntry<TItem>? End() => null;
}
