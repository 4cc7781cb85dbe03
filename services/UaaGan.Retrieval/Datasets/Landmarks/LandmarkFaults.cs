using System.Globalization;
using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Retrieval;

/// <summary>What can be wrong with a ground truth file.</summary>
/// <param name="file">Its name.</param>
internal sealed class LandmarkFaults(string file) : FileFaults
{
    public FailureException NotFound() => Of("GROUND_TRUTH_NOT_FOUND", $"There is no ground truth file '{file}'.");

    public FailureException TooLarge(long bytes) => Of(
        "GROUND_TRUTH_TOO_LARGE",
        string.Create(CultureInfo.InvariantCulture, $"'{file}' has {bytes} bytes; a ground truth has at most {LandmarkFile.MaxBytes}."));

    /// <param name="path">Where in the file.</param>
    /// <param name="problem">What is wrong there and what would be right.</param>
    public FailureException Invalid(string path, string problem) => Of("GROUND_TRUTH_INVALID", $"'{file}', {path}: {problem}");

    public override FailureException Damaged(string what, Exception? inner = null) =>
        new(FailureKind.DataLoss, "GROUND_TRUTH_DAMAGED", $"'{file}' is no whole ground truth: {what}.", inner) { Metadata = Metadata };

    public override FailureException NotSupported(string what) => Of("GROUND_TRUTH_REFUSED", $"'{file}' holds what is not read: {what}.");

    public override FailureException Refused(string name) => Of(
        "GROUND_TRUTH_REFUSED",
        $"'{file}' asks for {Shorten(name)}, and only numbers, texts, lists and dictionaries are read from a pickle; nothing was run. Arrays of numpy become lists with .tolist(); a .json file with the same content will do too.");

    private Dictionary<string, string> Metadata => new() { ["file"] = file };

    private FailureException Of(string reason, string message) => new(FailureKind.InvalidArgument, reason, message) { Metadata = Metadata };
}
