using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>Carries weights between files and modules.</summary>
public static class ModuleWeights
{
    /// <summary>
    /// Loads every parameter and buffer of a module, converted to its own number format. A prefix that the file puts before the module's
    /// keys (PyTorch's DataParallel: "module.") is found and ignored; a key outside it is one that the module does not know.
    /// </summary>
    /// <param name="module">The module.</param>
    /// <param name="reader">The weights.</param>
    /// <param name="mayBeMissing">Whether the module may keep its own value of a key that the file lacks. BatchNorm's counters always may.</param>
    /// <param name="mayBeUnused">Whether a key of the file may go unused. Default: none.</param>
    /// <exception cref="FailureException">FailedPrecondition WEIGHTS_DO_NOT_FIT: keys lack, are too many, or have another shape.</exception>
    public static StateLoadReport Load(
        torch.nn.Module module, IStateReader reader, Func<string, bool>? mayBeMissing = null, Func<string, bool>? mayBeUnused = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(reader);
        return Fill(module.state_dict(), reader, mayBeMissing, mayBeUnused);
    }

    /// <summary>The same for tensors by key that belong to no module.</summary>
    internal static StateLoadReport Fill(
        IReadOnlyDictionary<string, torch.Tensor> state, IStateReader reader, Func<string, bool>? mayBeMissing = null, Func<string, bool>? mayBeUnused = null)
    {
        using var noGradient = torch.no_grad();
        var match = StateMatch.Find(state, reader, mayBeMissing, mayBeUnused);
        foreach (var (key, name) in match.Taken)
        {
            using var scope = torch.NewDisposeScope();
            var target = state[key];
            target.copy_(reader.Read(name).reshape(target.shape));
        }

        return match.Report;
    }

    /// <summary>Writes what a module takes of a weights file to a safetensors file, in the stored number formats and under the module's keys.</summary>
    /// <param name="path">The file to make or to replace.</param>
    /// <inheritdoc cref="Load"/>
    public static StateLoadReport Convert(
        torch.nn.Module module, IStateReader reader, string path, Func<string, bool>? mayBeMissing = null, Func<string, bool>? mayBeUnused = null)
    {
        ArgumentNullException.ThrowIfNull(module);
        ArgumentNullException.ThrowIfNull(reader);
        using var scope = torch.NewDisposeScope();
        var match = StateMatch.Find(module.state_dict(), reader, mayBeMissing, mayBeUnused);
        SafetensorsWriter.Write(path, match.Taken.ToDictionary(pair => pair.Key, pair => reader.Read(pair.Name), StringComparer.Ordinal));
        return match.Report;
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
}
