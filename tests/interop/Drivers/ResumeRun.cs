namespace UaaGan.Interop.Tests.Drivers;

/// <summary>What a stream over replicas came to.</summary>
/// <param name="Ids">Ids in the order they were answered.</param>
/// <param name="Features">Their features, in hexadecimal.</param>
/// <param name="Reconnected">Streams that broke.</param>
/// <param name="AnsweredBefore">Items that were answered before the first of them broke.</param>
internal sealed record ResumeResult(IReadOnlyList<string> Ids, IReadOnlyList<string> Features, int Reconnected, int AnsweredBefore);

/// <summary>A stream whose source stops at a gate: once so many items are answered, something happens to a replica, and the source goes on.</summary>
/// <param name="answeredAtGate">Items answered when it happens.</param>
/// <param name="happens">What happens.</param>
internal sealed class ResumeRun(int answeredAtGate, Func<Task> happens)
{
    private int _answered, _reconnected, _answeredBefore;

    /// <summary>Notes a driver's progress; true when the source may go on.</summary>
    public async Task<bool> Report(int answered, int reconnected)
    {
        if (reconnected > 0 && _reconnected == 0) _answeredBefore = _answered;
        (_answered, _reconnected) = (answered, reconnected);
        if (answered != answeredAtGate) return false;
        await happens();
        return true;
    }

    public ResumeResult Result(IReadOnlyList<string> ids, IReadOnlyList<string> features) => new(ids, features, _reconnected, _answeredBefore);
}
