using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>What can be wrong with a weights file of any format.</summary>
internal static class WeightsFailure
{
    private const int ListedPaths = 10;

    /// <summary>These, for readers that serve other files too.</summary>
    public static readonly FileFaults Faults = new OfWeights();

    public static FailureException NotFound(string fileName) => new(
        FailureKind.NotFound, "WEIGHTS_FILE_NOT_FOUND", $"There is no weights file '{fileName}'.");

    public static FailureException NotReadable(string fileName) => new(
        FailureKind.NotFound, "WEIGHTS_FILE_NOT_FOUND", $"The weights file '{fileName}' is a folder or may not be read.");

    /// <param name="what">What is wrong with the file, as the end of a sentence about it.</param>
    /// <param name="inner">The cause, if it is one.</param>
    /// <param name="format">What the file should be.</param>
    public static FailureException Damaged(string what, Exception? inner = null, string format = "weights file") => new(
        FailureKind.DataLoss, "WEIGHTS_FILE_DAMAGED", $"The file is no whole {format}: {what}.", inner);

    public static FailureException FormatUnknown(string what = "it is none of these") => new(
        FailureKind.InvalidArgument, "WEIGHTS_FORMAT_UNKNOWN",
        $"The format of the weights file is not known. Known are safetensors, zip files of torch.save (torch 1.6 and later) and older files of torch.save; {what}.");

    public static FailureException NotSupported(string what) => new(
        FailureKind.InvalidArgument, "WEIGHTS_NOT_SUPPORTED", $"The weights file holds what is not supported: {what}.");

    public static FailureException Refused(string name) => new(
        FailureKind.InvalidArgument, "WEIGHTS_PICKLE_REFUSED",
        $"The weights file asks for {Shorten(name)}, and only tensors and plain containers are read from it; nothing was run. Save the state dictionary alone: torch.save(model.state_dict(), path).")
    {
        Metadata = new Dictionary<string, string> { ["name"] = Shorten(name) },
    };

    public static FailureException WholeModel() => new(
        FailureKind.InvalidArgument, "WEIGHTS_WHOLE_MODEL",
        "The weights file is a TorchScript archive, a whole model with its code: add it with the architecture torchscript, or save its state dictionary alone.")
    {
        Field = "weights_path",
    };

    public static FailureException WithoutTensors() => new(
        FailureKind.InvalidArgument, "WEIGHTS_WITHOUT_TENSORS", "The weights file holds no dictionary of tensors under names.");

    public static FailureException KeyUnknown(string key, IReadOnlyList<string> paths) => new(
        FailureKind.InvalidArgument, "WEIGHTS_KEY_UNKNOWN",
        $"The weights file holds no dictionary of tensors at '{Shorten(key)}'; {(paths.Count == 0 ? "it has no nested ones: leave the key out" : $"it has {List(paths)}")}.")
    {
        Field = "weights_key",
    };

    public static FailureException KeyAmbiguous(IReadOnlyList<string> paths) => new(
        FailureKind.InvalidArgument, "WEIGHTS_KEY_AMBIGUOUS",
        $"The weights file holds several dictionaries of tensors; name one of them: {List(paths)}.")
    {
        Field = "weights_key",
    };

    /// <summary>Text of a file as a message may show it.</summary>
    public static string Shorten(string text) => FileFaults.Shorten(text);

    private static string List(IReadOnlyList<string> paths) =>
        string.Join(", ", paths.Take(ListedPaths).Select(path => path.Length == 0 ? "the root" : Shorten(path))) + (paths.Count > ListedPaths ? ", ..." : "");

    private sealed class OfWeights : FileFaults
    {
        public override FailureException Damaged(string what, Exception? inner = null) => WeightsFailure.Damaged(what, inner);

        public override FailureException NotSupported(string what) => WeightsFailure.NotSupported(what);

        public override FailureException Refused(string name) => WeightsFailure.Refused(name);
    }
}
