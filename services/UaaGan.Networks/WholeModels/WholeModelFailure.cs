using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>What can be wrong with a model that comes as one file.</summary>
internal static class WholeModelFailure
{
    private const int LongestWords = 400;

    public static FailureException OperatorRefused(string name, string where) => new(
        FailureKind.InvalidArgument, "MODEL_OPERATOR_REFUSED",
        $"The archive's {where} uses {name}, which reaches outside the computation or is not known here; trace the model without it.")
    {
        Metadata = new Dictionary<string, string> { ["operator"] = name },
    };

    public static FailureException ExternalData() => new(
        FailureKind.InvalidArgument, "MODEL_EXTERNAL_DATA",
        "The ONNX file keeps tensors in other files, which are not read; save it as one file (onnx.save without save_as_external_data).");

    /// <param name="words">What the engine itself says.</param>
    public static FailureException NotLoaded(string engine, string words, Exception inner) => new(
        FailureKind.InvalidArgument, "MODEL_NOT_SUPPORTED", $"{engine} cannot load the model: {Shorten(words)}", inner);

    /// <inheritdoc cref="NotLoaded"/>
    public static FailureException DoesNotRun(ModelCard card, long batch, string words, Exception inner) => new(
        FailureKind.InvalidArgument, "MODEL_INPUT_INVALID", string.Create(CultureInfo.InvariantCulture,
            $"The model does not run in {card.DataType} on a batch of {batch} with inputs of {card.Input.Height}x{card.Input.Width} (rows x columns): {Shorten(words)}"), inner)
    {
        Field = "input",
    };

    public static FailureException InputInvalid(ModelCard card, string what) => new(
        FailureKind.InvalidArgument, "MODEL_INPUT_INVALID", string.Create(CultureInfo.InvariantCulture,
            $"The model {what}; the card gives it one float32 tensor [N, 3, {card.Input.Height}, {card.Input.Width}]."))
    {
        Field = "input",
    };

    public static FailureException OutputInvalid(string what, Exception? inner = null) => new(
        FailureKind.InvalidArgument, "MODEL_OUTPUT_INVALID",
        $"The model gives {what}; a feature is a floating-point tensor [N, D], or [N, D, 1, 1] whose last axes are dropped.", inner);

    public static FailureException OutputNotChosen(int outputs, int? chosen) => new(
        FailureKind.InvalidArgument, "MODEL_OUTPUT_INVALID", string.Create(CultureInfo.InvariantCulture,
            $"The model has {outputs} outputs and the option output is {chosen?.ToString(CultureInfo.InvariantCulture) ?? "not set"}; set it to the one that is the feature, 0 to {outputs - 1}."))
    {
        Field = "output",
    };

    private static string Shorten(string words) => words.Length <= LongestWords ? words : string.Concat(words.AsSpan(0, LongestWords), "...");
}
