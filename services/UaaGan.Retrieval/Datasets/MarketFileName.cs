using System.Globalization;
using System.Text.RegularExpressions;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>
/// The file names of Market-1501 (Zheng et al., ICCV 2015): <c>PPPP_cCsS_FFFFFF_BB</c> is person, camera, sequence, frame, box.
/// Person -1 is junk and 0 a distractor.
/// </summary>
internal static partial class MarketFileName
{
    /// <summary>Person and camera, both without leading zeros.</summary>
    /// <exception cref="FailureException">The name does not parse; the message names it.</exception>
    public static (string Identity, string Camera) Parse(string id)
    {
        var match = Pattern().Match(Path.GetFileNameWithoutExtension(id));
        if (match.Success
            && int.TryParse(match.Groups[1].Value, CultureInfo.InvariantCulture, out int person)
            && int.TryParse(match.Groups[2].Value, CultureInfo.InvariantCulture, out int camera))
        {
            return (person.ToString(CultureInfo.InvariantCulture), camera.ToString(CultureInfo.InvariantCulture));
        }

        throw new FailureException(
            FailureKind.InvalidArgument, "MARKET_NAME",
            $"'{id}' is not named as Market-1501 names its files, PPPP_cCsS_FFFFFF_BB (person, camera, sequence, frame, box), such as 0043_c2s1_003651_02.jpg.")
        {
            Metadata = new Dictionary<string, string> { ["id"] = id },
        };
    }

    // Copies of the set also hold names with something behind the box, such as a second ending.
    [GeneratedRegex(@"^(-1|\d+)_c(\d+)s\d+_\d+_\d+(?!\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
