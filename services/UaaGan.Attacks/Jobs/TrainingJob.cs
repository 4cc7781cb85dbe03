using UaaGan.Failures;

namespace UaaGan.Attacks;

/// <summary>A training job as it stands.</summary>
/// <param name="Id">Its id, made by the store.</param>
/// <param name="State">Its state.</param>
/// <param name="Settings">Its settings, every option filled in.</param>
/// <param name="Progress">Where it is.</param>
/// <param name="Images">Images it trains on.</param>
/// <param name="Error">Why it failed; null otherwise.</param>
/// <param name="Created">When it was accepted.</param>
/// <param name="Updated">When its state last changed.</param>
/// <param name="Result">The generator it made, once succeeded; a later one of the same name may have replaced it since.</param>
public sealed record TrainingJob(
    string Id,
    TrainingState State,
    TrainingSettings Settings,
    TrainingProgress Progress,
    int Images,
    TrainingError? Error,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    GeneratorRecord? Result)
{
    /// <summary>Whether nothing more will happen to it unless it is resumed.</summary>
    public bool HasEnded => State is TrainingState.Succeeded or TrainingState.Failed or TrainingState.Cancelled;
}

/// <summary>Why a training job failed.</summary>
/// <param name="Kind">What kind of failure; null for a fault of the service itself.</param>
/// <param name="Reason">A constant in UPPER_SNAKE_CASE.</param>
/// <param name="Message">For people.</param>
public sealed record TrainingError(FailureKind? Kind, string Reason, string Message);
