namespace UaaGan.Attacks;

/// <summary>State of a training job.</summary>
public enum TrainingState
{
    /// <summary>Waiting for a runner.</summary>
    Queued,

    /// <summary>A runner has it.</summary>
    Running,

    /// <summary>The generator is ready.</summary>
    Succeeded,

    /// <summary>It stopped with an error; it can be resumed.</summary>
    Failed,

    /// <summary>The caller stopped it; it can be resumed.</summary>
    Cancelled,
}
