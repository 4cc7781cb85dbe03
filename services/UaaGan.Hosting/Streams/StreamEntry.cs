using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>One item of a request stream, complete, or the reason why it is none.</summary>
/// <param name="Id">The caller's id, as it was sent.</param>
/// <param name="Index">Its position among the items, from 0.</param>
/// <param name="Item">The item; null when <paramref name="Failure"/> is set.</param>
/// <param name="Failure">What is wrong with this item alone.</param>
public sealed record StreamEntry<TItem>(string Id, ulong Index, TItem? Item, FailureException? Failure)
    where TItem : class;
