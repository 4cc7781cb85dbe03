using System.Globalization;
using UaaGan.Failures;
using UaaGan.Networks;

namespace UaaGan.FeatureExtraction;

/// <summary>What can be wrong with loading and unloading, beside the model itself.</summary>
internal static class LoadingFailure
{
    public static FailureException Limit(ModelCard card, int loaded, int leaving)
    {
        string drained = leaving == 0 ? "" : $" ({leaving} of them for calls that began before they were replaced)";
        return new FailureException(
            FailureKind.FailedPrecondition, "MODEL_LIMIT",
            $"{loaded} models are loaded{drained}, as many as may be, so {card.Name} cannot be; unload one, or raise MaxLoadedModels.")
        {
            Metadata = new Dictionary<string, string>
            {
                ["model"] = card.Name,
                ["loaded"] = loaded.ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    public static FailureException NotLoaded(string name, int? version) => new(
        FailureKind.NotFound, "MODEL_NOT_LOADED",
        $"{(version is null ? "No version" : $"Version {version}")} of the model '{name}' is loaded here.")
    {
        Field = "model",
        Metadata = new Dictionary<string, string> { ["model"] = name },
    };

    public static FailureException Unloaded(ModelCard card) => new(
        FailureKind.Unavailable, "MODEL_UNLOADED",
        $"The model {card.Name}, version {card.Version}, was unloaded; send the item again in a new call, which loads it.")
    {
        Metadata = new Dictionary<string, string> { ["model"] = card.Name },
    };

    public static FailureException Stopping() => new(
        FailureKind.Unavailable, "SERVICE_STOPPING", "The service is stopping; send the call again, to another replica or in a moment.");
}
