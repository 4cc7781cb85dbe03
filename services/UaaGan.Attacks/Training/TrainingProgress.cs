namespace UaaGan.Attacks;

/// <summary>Where a training is.</summary>
/// <param name="Step">Optimiser steps done.</param>
/// <param name="TotalSteps">Optimiser steps to do; 0 while not yet known.</param>
/// <param name="ElapsedSeconds">Seconds of training so far, pauses left out.</param>
/// <param name="StepsPerSecond">Steps a second, lately.</param>
/// <param name="Scalars">Values by name: loss_*, d_real, d_fake, saturation, feature_shift, ssim, and, when measured, validation_* and validations_since_best.</param>
public sealed record TrainingProgress(
    long Step, long TotalSteps, double ElapsedSeconds, double StepsPerSecond, IReadOnlyDictionary<string, double> Scalars)
{
    /// <summary>Before the first step.</summary>
    public static TrainingProgress None { get; } = new(0, 0, 0, 0, new Dictionary<string, double>());
}
