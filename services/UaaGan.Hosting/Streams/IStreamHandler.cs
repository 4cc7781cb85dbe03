using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting;

/// <summary>The first reply of a stream, and the order of the later ones.</summary>
public sealed record StreamOpening<TReply>(TReply Accepted, ReplyOrder Order);

/// <summary>What one bidirectional method does; an instance serves one stream.</summary>
/// <typeparam name="TRequest">Message of the caller.</typeparam>
/// <typeparam name="TWire">What a message carries, such as an image or a chunk of one.</typeparam>
/// <typeparam name="TItem">What is worked on, such as an image.</typeparam>
/// <typeparam name="TReply">Message to the caller.</typeparam>
public interface IStreamHandler<TRequest, TWire, TItem, TReply>
    where TRequest : class
    where TWire : class
    where TItem : class
{
    /// <summary>Whether a message carries the settings, as the first one must.</summary>
    bool HasSettings(TRequest request);

    /// <summary>What a later message carries; null when it is no item.</summary>
    TWire? Item(TRequest request);

    /// <summary>Accepts the stream, or throws a <see cref="UaaGan.Failures.FailureException"/> that ends it.</summary>
    /// <param name="first">The first message, which has settings.</param>
    /// <param name="limits">What the first reply must announce.</param>
    /// <param name="cancellation">The call's token.</param>
    Task<StreamOpening<TReply>> OpenAsync(TRequest first, StreamLimits limits, CancellationToken cancellation);

    /// <summary>Answers one item; called for several items at a time. What it throws becomes the item's status.</summary>
    Task<TReply> AnswerAsync(StreamEntry<TItem> entry, CancellationToken cancellation);

    /// <summary>The reply for an item that failed.</summary>
    TReply Refuse(StreamEntry<TItem> entry, Google.Rpc.Status error);
}
