using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>The ranking protocols by name.</summary>
public static class RankingProtocols
{
    /// <summary>Name of <see cref="LeaveOneOutProtocol"/>.</summary>
    public const string LeaveOneOut = "leave-one-out";

    /// <summary>Name of <see cref="Market1501Protocol"/>.</summary>
    public const string Market1501 = "market1501";

    private static readonly IRankingProtocol[] All = [new LeaveOneOutProtocol(), new Market1501Protocol()];

    /// <summary>The names that <see cref="Get"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(protocol => protocol.Name)];

    /// <summary>The protocol of a name.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT when there is none; the message lists those there are.</exception>
    public static IRankingProtocol Get(string name) =>
        Array.Find(All, protocol => protocol.Name == name)
        ?? throw new FailureException(
            FailureKind.InvalidArgument, "UNKNOWN_PROTOCOL", $"There is no protocol '{name}'; there are {string.Join(", ", Names)}.")
        {
            Field = "protocol",
            Metadata = new Dictionary<string, string> { ["protocol"] = name },
        };
}
