namespace UaaGan.Client;

/// <summary>How far a stream of items has come.</summary>
/// <param name="Answered">Items answered, failed ones included.</param>
/// <param name="Failed">Items answered with an error.</param>
/// <param name="Retried">Refusals for the moment, after which the item was sent again.</param>
/// <param name="Reconnected">Streams that broke and were opened anew.</param>
public readonly record struct StreamProgress(long Answered, long Failed, long Retried, long Reconnected);
