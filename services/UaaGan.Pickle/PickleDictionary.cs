namespace UaaGan.Pickle;

/// <summary>
/// A dictionary of a pickle, whose keys may be anything. The pairs are only listed: hashing keys that the file chose could be made to
/// take forever.
/// </summary>
/// <param name="faults">How failures of reading the file are told.</param>
internal sealed class PickleDictionary(FileFaults faults)
{
    /// <summary>Most characters of a key: longer ones would make comparing them slow.</summary>
    public const int LongestKey = 1024;

    private readonly List<(object? Key, object? Value)> _pairs = [];

    public void Set(object? key, object? value) => _pairs.Add((key, value));

    /// <summary>What lies under texts; as in Python the last value of a key stays.</summary>
    /// <exception cref="Failures.FailureException">The file is damaged: a key is too long to be one.</exception>
    public Dictionary<string, object?> Named()
    {
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in _pairs)
        {
            if (key is string name) named[CheckKey(name, faults)] = value;
        }

        return named;
    }

    /// <exception cref="Failures.FailureException">The file is damaged: the key is longer than <see cref="LongestKey"/>.</exception>
    public static string CheckKey(string key, FileFaults faults)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(faults);
        return key.Length <= LongestKey ? key : throw faults.Damaged($"a key in it has {key.Length} characters, more than {LongestKey}");
    }
}
