using UaaGan.Imaging;

namespace UaaGan.Attacks;

/// <summary>What a training is to do.</summary>
/// <param name="Generator">Name of the generator to make.</param>
/// <param name="Model">The target network.</param>
/// <param name="Method">The training method.</param>
/// <param name="Epsilon">The budget, at least 1/255.</param>
/// <param name="Seed">Seed of weights, order and augmentation.</param>
/// <param name="Options">Options of the method by name; <see cref="AttackCatalog.ResolveTraining"/> fills in the rest.</param>
/// <param name="Steps">Optimiser steps to do; null with null minutes: the default number.</param>
/// <param name="Minutes">Minutes to take, about: the first steps are timed and the number of steps fixed from them.</param>
/// <param name="Replace">Whether to replace a generator of that name.</param>
public sealed record TrainingSettings(
    string Generator,
    TargetIdentity Model,
    string Method,
    Epsilon Epsilon,
    ulong Seed,
    IReadOnlyDictionary<string, string> Options,
    long? Steps = null,
    double? Minutes = null,
    bool Replace = false)
{
    /// <summary>Further networks: the training is on the mean of the losses on the model and on these. Default: none.</summary>
    public IReadOnlyList<TargetIdentity> Ensemble { get; init; } = [];
}
