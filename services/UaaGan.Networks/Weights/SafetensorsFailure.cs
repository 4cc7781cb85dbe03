using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>What can be wrong with a safetensors file.</summary>
internal static class SafetensorsFailure
{
    public static FailureException Damaged(string what, Exception? inner = null) => new(
        FailureKind.DataLoss, "WEIGHTS_FILE_DAMAGED", $"The file is no whole safetensors file: {what}.", inner);
}
