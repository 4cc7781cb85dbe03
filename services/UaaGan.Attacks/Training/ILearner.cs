using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a training changes, and how one step changes it. It belongs to one <see cref="TrainingSession"/>.</summary>
internal interface ILearner : IDisposable
{
    /// <summary>All that changes, by name: the live tensors, float32. A checkpoint holds copies of them.</summary>
    IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>Learns from one batch.</summary>
    /// <param name="batch">The images.</param>
    /// <param name="step">Steps done before this one.</param>
    /// <param name="totalSteps">Steps to do; 0 while not yet known.</param>
    /// <param name="scalars">Takes what is worth watching, the loss among it.</param>
    /// <exception cref="UaaGan.Failures.FailureException">TRAINING_DIVERGED.</exception>
    void Step(TrainingBatch batch, long step, long totalSteps, IDictionary<string, double> scalars);

    /// <summary>The perturbation of images [N,C,H,W] as it would be saved now, the same shape, within the budget. Threads may call it at once.</summary>
    Tensor Perturbation(Tensor images);

    /// <summary>How good what was validated is; the best of a run is kept.</summary>
    double Score(ValidationResult result);

    /// <summary>Makes what is learned so far the best.</summary>
    void KeepBest();

    /// <summary>The best as the bytes of a generator's file.</summary>
    byte[] WriteBest();

    /// <summary>Multiply-adds of one image of this size, for the manifest.</summary>
    long MultiplyAdds(int height, int width);
}
