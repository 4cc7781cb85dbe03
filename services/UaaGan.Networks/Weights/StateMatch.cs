using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>Which tensor of a file belongs to which of a network, found from keys and shapes alone.</summary>
/// <param name="Report">What becomes of the keys.</param>
/// <param name="Taken">The network's keys with the file's, in ordinal order.</param>
internal sealed record StateMatch(StateLoadReport Report, IReadOnlyList<(string Key, string Name)> Taken)
{
    private const int KeysInMessage = 5;

    /// <inheritdoc cref="ModuleWeights.Load"/>
    public static StateMatch Find(
        IReadOnlyDictionary<string, torch.Tensor> state, IStateReader reader, Func<string, bool>? mayBeMissing, Func<string, bool>? mayBeUnused)
    {
        var prefix = StatePrefix.Find([.. state.Keys], reader.Entries.Keys);
        List<string> matched = [], reshaped = [], lacking = [], missing = [], misfits = [];
        var taken = new List<(string Key, string Name)>();
        foreach (var (key, target) in state.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!reader.Entries.TryGetValue(prefix + key, out var entry))
            {
                var optional = key.EndsWith("num_batches_tracked", StringComparison.Ordinal) || mayBeMissing?.Invoke(key) == true;
                (optional ? lacking : missing).Add(key);
            }
            else if (entry.Shape.Where(size => size != 1).SequenceEqual(target.shape.Where(size => size != 1)))
            {
                (entry.Shape.SequenceEqual(target.shape) ? matched : reshaped).Add(key);
                taken.Add((key, entry.Name));
            }
            else
            {
                misfits.Add($"{key} [{string.Join(", ", entry.Shape)}] instead of [{string.Join(", ", target.shape)}]");
            }
        }

        string[] unexpected =
        [
            .. reader.Entries.Keys.Where(name => !name.StartsWith(prefix, StringComparison.Ordinal)),
            .. reader.Entries.Keys.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))
                .Select(name => name[prefix.Length..]).Where(key => !state.ContainsKey(key)),
        ];
        var refused = unexpected.Where(key => mayBeUnused?.Invoke(key) != true).ToArray();
        if (missing.Count + misfits.Count + refused.Length > 0) throw DoNotFit(prefix, missing, refused, misfits);
        return new StateMatch(new StateLoadReport(matched, reshaped, lacking, unexpected, prefix), taken);
    }

    private static FailureException DoNotFit(
        string prefix, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> misfits)
    {
        var parts = new List<string>();
        Describe("missing", missing);
        Describe("not known", unexpected);
        Describe("of another shape", misfits);
        var under = prefix.Length == 0 ? "" : $" under the prefix '{WeightsFailure.Shorten(prefix)}'";
        return new FailureException(FailureKind.FailedPrecondition, "WEIGHTS_DO_NOT_FIT",
            $"The weights do not fit the architecture{under}: {string.Join("; ", parts)}. Check the architecture and its options.");

        void Describe(string what, IReadOnlyList<string> keys)
        {
            if (keys.Count == 0) return;
            var more = keys.Count > KeysInMessage ? $" and {keys.Count - KeysInMessage} more" : "";
            parts.Add($"{keys.Count} {what} ({string.Join(", ", keys.Take(KeysInMessage))}{more})");
        }
    }
}
