using System.Globalization;

namespace UaaGan.Networks;

/// <summary>Names and versions of the repository: what may become part of a path.</summary>
public static class ModelName
{
    private const int Longest = 128;

    /// <exception cref="Failures.FailureException">InvalidArgument MODEL_NAME_INVALID.</exception>
    public static void Check(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!IsValid(name)) throw ModelFailure.NameInvalid(name);
    }

    /// <summary>A version as people write it; empty means the highest one present, null.</summary>
    /// <exception cref="Failures.FailureException">InvalidArgument MODEL_VERSION_INVALID.</exception>
    public static int? ParseVersion(string version)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.Length == 0) return null;
        return TryParseVersion(version, out var number) ? number : throw ModelFailure.VersionInvalid(version.Length <= 20 ? version : version[..20] + "...");
    }

    internal static bool IsValid(string name) =>
        name.Length is >= 1 and <= Longest
        && name.All(c => c is >= 'a' and <= 'z' or >= '0' and <= '9' or '_' or '-' or '.')
        && char.IsAsciiLetterOrDigit(name[0]);

    internal static bool TryParseVersion(string text, out int version) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out version) && version >= 1
        && text[0] != '0';
}
