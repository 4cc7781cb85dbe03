using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>One version of a model as the repository lists it: its card, or why there is none.</summary>
/// <param name="Name">Name of its folder.</param>
/// <param name="Version">Version, of its folder too.</param>
/// <param name="Card">Its card; null when it cannot be used.</param>
/// <param name="Failure">DataLoss MODEL_CARD_DAMAGED; null when there is a card.</param>
public sealed record ModelEntry(string Name, int Version, ModelCard? Card, FailureException? Failure);
