using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>The ranking protocols by name.</summary>
public static class RankingProtocols
{
    /// <summary>Class-level leave-one-out, with R-precision.</summary>
    public const string LeaveOneOut = "leave-one-out";

    /// <summary>Market-1501: identity -1 is junk, 0 a distractor.</summary>
    public const string Market1501 = "market1501";

    /// <summary>DukeMTMC-reID: as Market-1501, without identities that mean something else.</summary>
    public const string DukeMtmcReid = "dukemtmc-reid";

    /// <summary>MSMT17: as DukeMTMC-reID.</summary>
    public const string Msmt17 = "msmt17";

    /// <summary>CUHK03: as DukeMTMC-reID, with the CMC of single gallery shots.</summary>
    public const string Cuhk03 = "cuhk03";

    /// <summary>Oxford5k and Paris6k, the old protocol.</summary>
    public const string OxfordParis = "oxford-paris";

    /// <summary>Draws of CUHK03's single gallery shots, as in torchreid.</summary>
    public const int Cuhk03Shots = 10;

    private static readonly IRankingProtocol[] All =
    [
        new LeaveOneOutProtocol(),
        new PersonProtocol(Market1501, reservesIdentities: true),
        new PersonProtocol(DukeMtmcReid, reservesIdentities: false),
        new PersonProtocol(Msmt17, reservesIdentities: false),
        new PersonProtocol(Cuhk03, reservesIdentities: false, Cuhk03Shots),
        new LandmarkProtocol(
            OxfordParis, RevisitedDifficulty.Easy, "junk rows are left out; the query's own image, where the gallery has it, counts as its lists say"),
        new LandmarkProtocol("revisited-medium", RevisitedDifficulty.Medium, "junk rows are left out"),
        new LandmarkProtocol("revisited-easy", RevisitedDifficulty.Easy, "junk and hard rows are left out"),
        new LandmarkProtocol("revisited-hard", RevisitedDifficulty.Hard, "junk and easy rows are left out"),
    ];

    /// <summary>The names that <see cref="Get"/> knows.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(protocol => protocol.Name)];

    /// <summary>Revisited Oxford and Paris, medium first.</summary>
    public static IReadOnlyList<string> Revisited { get; } = [.. Names.Where(name => name.StartsWith("revisited-", StringComparison.Ordinal))];

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
