namespace UaaGan.Networks;

/// <summary>
/// What a file puts before a network's keys: "module." of PyTorch's DataParallel, "backbone." of a model that the network was part of.
/// </summary>
internal static class StatePrefix
{
    /// <summary>Most names of a prefix, each with a dot after it.</summary>
    public const int MaxParts = 8;

    /// <summary>The prefix under which most of the network's keys are found; of several the shortest, so that none wins where it does as well.</summary>
    public static string Find(IReadOnlyCollection<string> networkKeys, IEnumerable<string> fileKeys)
    {
        var known = networkKeys.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var found = new Dictionary<string, int>(StringComparer.Ordinal) { [""] = 0 };
        foreach (var key in fileKeys)
        {
            for (int part = 0, start = 0; part <= MaxParts; part++)
            {
                if (known.Contains(key.AsSpan(start))) found[key[..start]] = found.GetValueOrDefault(key[..start]) + 1;
                var dot = key.IndexOf('.', start);
                if (dot < 0) break;
                start = dot + 1;
            }
        }

        return found.OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key.Length).ThenBy(pair => pair.Key, StringComparer.Ordinal).First().Key;
    }
}
