using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>What can be wrong with the model repository and its cards.</summary>
internal static class ModelFailure
{
    public static FailureException CardInvalid(string field, string what) => new(
        FailureKind.InvalidArgument, "MODEL_CARD_INVALID", $"The model's {field} {what}.")
    {
        Field = field,
    };

    public static FailureException CardDamaged(string name, int version, Exception inner) => new(
        FailureKind.DataLoss, "MODEL_CARD_DAMAGED", $"The card of model {name}, version {version}, cannot be used: {inner.Message}", inner);

    public static FailureException NameInvalid(string name) => new(
        FailureKind.InvalidArgument, "MODEL_NAME_INVALID",
        $"'{(name.Length <= 128 ? name : string.Concat(name.AsSpan(0, 128), "..."))}' is no model name: 1 to 128 of a-z, 0-9, '_', '-', '.', the first a letter or a digit.")
    {
        Field = "name",
    };

    public static FailureException VersionInvalid(string version) => new(
        FailureKind.InvalidArgument, "MODEL_VERSION_INVALID", $"'{version}' is no model version: a positive integer in decimal.")
    {
        Field = "version",
    };

    public static FailureException NotFound(string name, int? version, IReadOnlyCollection<string> known)
    {
        var what = version is null ? $"no model '{name}'" : $"no version {version} of the model '{name}'";
        var present = known.Count == 0 ? "the repository is empty" : $"present: {string.Join(", ", known.Take(20))}{(known.Count > 20 ? ", ..." : "")}";
        return new FailureException(FailureKind.NotFound, "MODEL_NOT_FOUND", $"There is {what}; {present}.")
        {
            Field = "model",
            Metadata = new Dictionary<string, string> { ["model"] = name },
        };
    }

    public static FailureException HashMismatch(ModelCard card, WeightsFile file) => new(
        FailureKind.DataLoss, "WEIGHTS_HASH_MISMATCH",
        $"The file {file.File} of model {card.Name}, version {card.Version}, is not that of its card (SHA-256 differs): add the model again.")
    {
        Metadata = new Dictionary<string, string> { ["model"] = card.Name },
    };

    public static FailureException WeightsMissing(ModelCard card, WeightsFile file) => new(
        FailureKind.DataLoss, "WEIGHTS_MISSING",
        $"The file {file.File} of model {card.Name}, version {card.Version}, is not there: add the model again.");

    public static FailureException CheckFailed(ModelCard card, float difference) => new(
        FailureKind.DataLoss, "MODEL_CHECK_FAILED", string.Create(System.Globalization.CultureInfo.InvariantCulture,
            $"Model {card.Name}, version {card.Version}, gives another feature for the built-in pattern than when it was added (largest difference {difference:G3}, allowed {ModelRepository.ToleranceOf(card):G3})."));

    public static FailureException BatchFixed(ModelCard card, int size) => new(
        FailureKind.FailedPrecondition, "MODEL_BATCH_FIXED",
        $"The network of {card.Name} takes batches of {size} and no others, so batch_sizes of its card must be [{size}], not [{string.Join(", ", card.BatchSizes)}].")
    {
        Field = "batch_sizes",
    };

    public static FailureException BlackBox(ModelCard card) => new(
        FailureKind.FailedPrecondition, "MODEL_IS_BLACK_BOX",
        $"This model gives features only; {card.Name} has no gradients in {card.Engine} with {card.DataType}.")
    {
        Metadata = new Dictionary<string, string> { ["model"] = card.Name },
    };
}
