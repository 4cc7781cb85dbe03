using System.Globalization;
using System.Text.RegularExpressions;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>How a person re-identification set names its files.</summary>
/// <param name="Layout">Name of the layout.</param>
/// <param name="Title">The set.</param>
/// <param name="Reason">Of a name that does not parse, for programs.</param>
/// <param name="Form">The form of a name and what its parts are, with an example.</param>
/// <param name="Pattern">Person and camera as the first two groups.</param>
/// <param name="Protocols">What it can be scored by.</param>
internal sealed partial record PersonFileNames(string Layout, string Title, string Reason, string Form, Regex Pattern, IReadOnlyList<string> Protocols)
{
    /// <summary>Zheng et al., ICCV 2015. Person -1 is junk and 0 a distractor.</summary>
    public static readonly PersonFileNames Market1501 = new(
        "market1501", "Market-1501", "MARKET_NAME", "PPPP_cCsS_FFFFFF_BB (person, camera, sequence, frame, box), such as 0043_c2s1_003651_02.jpg",
        MarketName(), [RankingProtocols.Market1501]);

    /// <summary>Zheng, Zheng, Yang, ICCV 2017.</summary>
    public static readonly PersonFileNames DukeMtmc = new(
        "dukemtmc-reid", "DukeMTMC-reID", "DUKE_NAME", "PPPP_cC_fFFFFFFF (person, camera, frame), such as 0005_c2_f0046985.jpg",
        DukeName(), [RankingProtocols.DukeMtmcReid]);

    /// <summary>CUHK03-NP (Zhong, Zheng, Cao, Li, CVPR 2017).</summary>
    public static readonly PersonFileNames Cuhk03 = new(
        "cuhk03", "CUHK03-NP", "CUHK03_NAME", "PPPP_cC_N (person, camera, number), such as 0003_c1_21.png",
        Cuhk03Name(), [RankingProtocols.Cuhk03]);

    /// <summary>Person and camera, both without leading zeros.</summary>
    /// <exception cref="FailureException">The name does not parse; the message names it.</exception>
    public (string Identity, string Camera) Parse(string id)
    {
        var match = Pattern.Match(Path.GetFileNameWithoutExtension(id));
        if (match.Success
            && int.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out int person)
            && int.TryParse(match.Groups[2].Value, CultureInfo.InvariantCulture, out int camera))
        {
            return (person.ToString(CultureInfo.InvariantCulture), camera.ToString(CultureInfo.InvariantCulture));
        }

        throw new FailureException(FailureKind.InvalidArgument, Reason, $"'{id}' is not named as {Title} names its files, {Form}.")
        {
            Metadata = new Dictionary<string, string> { ["id"] = id, ["path"] = id },
        };
    }

    // Copies of the set also hold names with something behind the box, such as a second ending.
    [GeneratedRegex(@"^(-1|\d+)_c(\d+)s\d+_\d+_\d+(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex MarketName();

    [GeneratedRegex(@"^(\d+)_c(\d+)_f\d+(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex DukeName();

    [GeneratedRegex(@"^(\d+)_c(\d+)_\d+(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Cuhk03Name();
}
