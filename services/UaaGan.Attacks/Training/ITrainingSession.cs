namespace UaaGan.Attacks;

/// <summary>
/// A training, step by step, whatever it trains. It belongs to the thread that uses it. A checkpoint holds all that changes: a resumed
/// training gives the same result to the bit, on the same machine, as one that was never interrupted.
/// </summary>
public interface ITrainingSession : IDisposable
{
    /// <summary>Where the training is.</summary>
    TrainingProgress Progress { get; }

    /// <summary>Whether every step is done.</summary>
    bool IsComplete { get; }

    /// <summary>Does one step; at some of them what is trained is validated.</summary>
    /// <exception cref="InvalidOperationException">Every step is done.</exception>
    /// <exception cref="UaaGan.Failures.FailureException">TRAINING_DIVERGED or TARGET_WITHOUT_GRADIENT.</exception>
    void Step();

    /// <summary>Everything needed to go on from here, as the bytes of a file.</summary>
    byte[] Checkpoint();

    /// <summary>What was best at a validation so far, with its manifest.</summary>
    TrainedGenerator Best();
}
