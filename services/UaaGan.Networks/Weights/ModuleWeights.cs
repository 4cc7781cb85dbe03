using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>Carries weights between safetensors files and modules.</summary>
public static class ModuleWeights
{
    private const int KeysInMessage = 5;
    private const string DataParallelPrefix = "module.";

    /// <summary>
    /// Loads every parameter and buffer of a module, converted to its own number format. A prefix "module." on every key (PyTorch's
    /// DataParallel) is ignored.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="reader">The weights.</param>
    /// <param name="mayBeMissing">Whether the module may keep its own value of a key that the file lacks. BatchNorm's counters always may.</param>
    /// <param name="mayBeUnused">Whether a key of the file may go unused. Default: none.</param>
    /// <exception cref="FailureException">FailedPrecondition WEIGHTS_DO_NOT_FIT: keys lack, are too many, or have another shape.</exception>
    public static StateLoadReport Load(
        torch.nn.Module module, SafetensorsReader reader, Func<string, bool>? mayBeMissing = null, Func<string, bool>? mayBeUnused = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(reader);
        using var scope = torch.NewDisposeScope();
        using var noGradient = torch.no_grad();
        var prefix = reader.Entries.Count > 0 && reader.Entries.Keys.All(key => key.StartsWith(DataParallelPrefix, StringComparison.Ordinal))
            ? DataParallelPrefix : "";
        var state = module.state_dict();
        List<string> matched = [], reshaped = [], lacking = [], misfits = [];
        var missing = new List<string>();
        foreach (var (key, target) in state.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (!reader.Entries.TryGetValue(prefix + key, out var entry))
            {
                var optional = key.EndsWith("num_batches_tracked", StringComparison.Ordinal) || mayBeMissing?.Invoke(key) == true;
                (optional ? lacking : missing).Add(key);
            }
            else if (entry.Shape.SequenceEqual(target.shape))
            {
                target.copy_(reader.Read(entry.Name));
                matched.Add(key);
            }
            else if (entry.Shape.Where(size => size != 1).SequenceEqual(target.shape.Where(size => size != 1)))
            {
                target.copy_(reader.Read(entry.Name).reshape(target.shape));
                reshaped.Add(key);
            }
            else
            {
                misfits.Add($"{key} [{string.Join(", ", entry.Shape)}] instead of [{string.Join(", ", target.shape)}]");
            }
        }

        var unexpected = reader.Entries.Keys.Select(key => key[prefix.Length..]).Where(key => !state.ContainsKey(key)).ToArray();
        var refused = unexpected.Where(key => mayBeUnused?.Invoke(key) != true).ToArray();
        if (missing.Count + misfits.Count + refused.Length > 0) throw DoNotFit(missing, refused, misfits);
        return new StateLoadReport(matched, reshaped, lacking, unexpected);
    }

    /// <summary>Copies of every parameter and buffer by key, in <paramref name="dataType"/> where they are floating-point numbers.</summary>
    /// <param name="module">The module.</param>
    /// <param name="dataType">Number format of the copies, such as Float16; null keeps each as it is.</param>
    public static IReadOnlyDictionary<string, torch.Tensor> Copy(torch.nn.Module module, torch.ScalarType? dataType = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var noGradient = torch.no_grad();
        var copies = new SortedDictionary<string, torch.Tensor>(StringComparer.Ordinal);
        foreach (var (key, tensor) in module.state_dict())
        {
            var type = dataType is { } wanted && tensor.is_floating_point() ? wanted : tensor.dtype;
            copies[key] = tensor.detach().to(type, torch.CPU, copy: true);
        }

        return copies;
    }

    /// <summary>Writes every parameter and buffer of a module to a safetensors file.</summary>
    /// <param name="module">The module.</param>
    /// <param name="path">The file to make or to replace.</param>
    /// <param name="dataType">Number format of floating-point tensors, such as Float16; null keeps each as it is.</param>
    /// <param name="metadata">The file's notes.</param>
    public static void Save(
        torch.nn.Module module, string path, torch.ScalarType? dataType = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = torch.NewDisposeScope();
        SafetensorsWriter.Write(path, Copy(module, dataType), metadata);
    }

    private static FailureException DoNotFit(IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<string> misfits)
    {
        var parts = new List<string>();
        Describe("missing", missing);
        Describe("not known", unexpected);
        Describe("of another shape", misfits);
        return new FailureException(FailureKind.FailedPrecondition, "WEIGHTS_DO_NOT_FIT",
            $"The weights do not fit the architecture: {string.Join("; ", parts)}. Check the architecture and its options.");

        void Describe(string what, IReadOnlyList<string> keys)
        {
            if (keys.Count == 0) return;
            var more = keys.Count > KeysInMessage ? $" and {keys.Count - KeysInMessage} more" : "";
            parts.Add($"{keys.Count} {what} ({string.Join(", ", keys.Take(KeysInMessage))}{more})");
        }
    }
}
