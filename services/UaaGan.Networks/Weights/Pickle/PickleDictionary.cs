namespace UaaGan.Networks;

/// <summary>
/// A dictionary of a pickle, whose keys may be anything. The pairs are only listed: hashing keys that the file chose could be made to
/// take forever.
/// </summary>
internal sealed class PickleDictionary
{
    private readonly List<(object? Key, object? Value)> _pairs = [];

    public void Set(object? key, object? value) => _pairs.Add((key, value));

    /// <summary>What lies under texts; as in Python the last value of a key stays.</summary>
    /// <exception cref="Failures.FailureException">DataLoss WEIGHTS_FILE_DAMAGED: a key is too long to be one.</exception>
    public Dictionary<string, object?> Named()
    {
        var named = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in _pairs)
        {
            if (key is string name) named[TorchNames.CheckKey(name)] = value;
        }

        return named;
    }
}
