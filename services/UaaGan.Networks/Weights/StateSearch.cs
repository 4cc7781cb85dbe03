using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// Finds the state dictionary in what a file of torch.save holds: a dictionary with tensors under texts, perhaps within others that also
/// hold an epoch, an optimizer and the like.
/// </summary>
internal static class StateSearch
{
    /// <summary>Where training programs put it, the likelier first.</summary>
    private static readonly string[] WellKnown =
    [
        "state_dict", "model_state_dict", "net_state_dict", "model", "net", "network", "module", "params", "weights", "backbone", "ema", "model_ema",
        "state_dict_ema", "params_ema",
    ];

    /// <summary>
    /// The tensors of the dictionary at <paramref name="key"/>; without a key those of the root, unless one under a well-known name, or in
    /// a well-known name's own, has more; else those of the only dictionary that has any.
    /// </summary>
    /// <exception cref="Failures.FailureException">InvalidArgument WEIGHTS_WITHOUT_TENSORS, WEIGHTS_KEY_UNKNOWN or WEIGHTS_KEY_AMBIGUOUS.</exception>
    public static IReadOnlyDictionary<string, TorchView> Find(object? root, string? key, ReadBudget budget)
    {
        var candidates = Candidates(root, budget);
        if (candidates.Count == 0) throw WeightsFailure.WithoutTensors();
        if (key is not null)
        {
            return candidates.FirstOrDefault(candidate => candidate.Path == key)?.Tensors
                ?? throw WeightsFailure.KeyUnknown(key, Paths(candidates.Where(candidate => candidate.Path.Length > 0)));
        }

        var known = candidates.Where(candidate => candidate.Rank >= 0).OrderBy(candidate => candidate.Depth).ThenBy(candidate => candidate.Rank).FirstOrDefault();
        var atRoot = candidates.FirstOrDefault(candidate => candidate.Path.Length == 0);
        if (atRoot is not null && atRoot.Tensors.Count >= (known?.Tensors.Count ?? 0)) return atRoot.Tensors;
        if (known is not null) return known.Tensors;
        return candidates is [var only] ? only.Tensors : throw WeightsFailure.KeyAmbiguous(Paths(candidates));
    }

    /// <summary>Every dictionary that has tensors, those nearer to the root first. Each is visited once, however often it holds itself.</summary>
    private static List<Candidate> Candidates(object? root, ReadBudget budget)
    {
        var candidates = new List<Candidate>();
        if (root is not PickleDictionary first) return candidates;
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance) { first };
        var waiting = new Queue<(PickleDictionary Dictionary, string Path, int Depth, int Rank)>();
        waiting.Enqueue((first, "", 0, 0));
        while (waiting.TryDequeue(out var next))
        {
            var tensors = new Dictionary<string, TorchView>(StringComparer.Ordinal);
            foreach (var (name, value) in next.Dictionary.Named())
            {
                if (value is TorchView view) tensors.Add(name, view);
                if (value is not PickleDictionary inner || !seen.Add(inner)) continue;
                var path = next.Depth == 0 ? name : $"{next.Path}.{name}";
                budget.Charge(2L * path.Length);
                var rank = Array.IndexOf(WellKnown, name);
                waiting.Enqueue((inner, path, next.Depth + 1, next.Rank < 0 ? -1 : rank));
            }

            if (tensors.Count > 0) candidates.Add(new Candidate(next.Path, tensors, next.Depth, next.Depth == 0 ? -1 : next.Rank));
        }

        return candidates;
    }

    private static List<string> Paths(IEnumerable<Candidate> candidates) => [.. candidates.Select(candidate => candidate.Path)];

    /// <param name="Path">Keys from the root on, with dots between; empty for the root.</param>
    /// <param name="Tensors">The tensors.</param>
    /// <param name="Depth">How many keys that are.</param>
    /// <param name="Rank">Place of the last key among the well-known ones; -1 when one of the keys is none.</param>
    private sealed record Candidate(string Path, IReadOnlyDictionary<string, TorchView> Tensors, int Depth, int Rank);
}
