using System.Text;
using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// Looks through a TorchScript archive before libtorch sees it: a zip of the model's attributes (data.pkl, data/), its constants
/// (constants.pkl, constants/) and its code (code/*.py). Tensors are stored; code may be packed.
/// </summary>
internal static class TorchScriptArchive
{
    private const string CodeFolder = "code/", Attributes = "data.pkl", Constants = "constants.pkl";

    /// <summary>Most bytes of code and of pickled attributes once unpacked; a network's are some hundred kilobytes.</summary>
    private const long LargestText = 64 << 20;

    /// <exception cref="FailureException">NotFound WEIGHTS_FILE_NOT_FOUND; DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument WEIGHTS_NOT_SUPPORTED
    /// or MODEL_OPERATOR_REFUSED.</exception>
    public static void Check(string path)
    {
        using var file = StateReader.OpenFile(path);
        var entries = ZipDirectory.Read(file, new ReadBudget(file.Length, WeightsFailure.Faults));
        var first = entries.Keys.FirstOrDefault("");
        var root = first[..(first.IndexOf('/', StringComparison.Ordinal) + 1)];
        if (root.Length == 0 || entries.Keys.Any(name => !name.StartsWith(root, StringComparison.Ordinal))) throw Damaged("its entries lie in no common folder");
        var inner = entries.Values.ToDictionary(entry => entry.Name[root.Length..], StringComparer.Ordinal);
        if (!inner.ContainsKey(Attributes)) throw Damaged($"it has no {Attributes}");
        if (!inner.ContainsKey(Constants) || !inner.Keys.Any(IsCode))
            throw Damaged("it has no code: it is a checkpoint (torch.save) of weights alone; save the model with torch.jit.trace(model, example).save(path), or add its weights under their architecture");
        CheckSizes(inner);
        foreach (var (name, entry) in inner)
        {
            if (IsCode(name)) TorchScriptCode.Check(Encoding.UTF8.GetString(entry.Unpack(file)), name);
            else if (IsPickle(name)) CheckPickle(entry.Unpack(file), name);
        }
    }

    private static bool IsCode(string name) => name.StartsWith(CodeFolder, StringComparison.Ordinal) && name.EndsWith(".py", StringComparison.Ordinal);

    private static bool IsPickle(string name) => name.EndsWith("pkl", StringComparison.Ordinal);

    private static void CheckSizes(Dictionary<string, ZipEntry> entries)
    {
        var packed = entries.FirstOrDefault(pair => pair.Value.IsDeflated && !pair.Key.StartsWith(CodeFolder, StringComparison.Ordinal)).Key;
        if (packed is not null) throw Damaged($"its entry '{packed}' is compressed, which tensors never are");
        var text = entries.Where(pair => IsPickle(pair.Key) || pair.Key.StartsWith(CodeFolder, StringComparison.Ordinal))
            .Sum(pair => Math.Max(pair.Value.Size, pair.Value.PackedSize));
        if (text > LargestText) throw Damaged($"its code and attributes have {text} bytes; they may have {LargestText}");
    }

    /// <summary>A pickle may name the native classes of libtorch, whose state is more than tensors: c__torch__.torch.classes.NAME.</summary>
    private static void CheckPickle(ReadOnlySpan<byte> pickle, string name)
    {
        // Module and class stand on two lines, wherever the dots are.
        var text = Encoding.Latin1.GetString(pickle).Replace('\n', '.');
        if (text.Contains("torch.classes", StringComparison.Ordinal)) throw WholeModelFailure.OperatorRefused("torch.classes", name);
    }

    private static FailureException Damaged(string what) => WeightsFailure.Damaged(what, format: "TorchScript archive");
}
