using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Attacks;

/// <summary>The one place that opens the training of whatever method.</summary>
public static class TrainingSessions
{
    /// <summary>Begins a training, or goes on from a checkpoint.</summary>
    /// <param name="settings">What to do; the model must be the target's.</param>
    /// <param name="images">Unlabelled images of any sizes, at least <see cref="TrainingSession.FewestImages"/>.</param>
    /// <param name="target">The network that is attacked.</param>
    /// <param name="checkpoint">Where to go on; empty: at the beginning.</param>
    /// <param name="threads">Threads that share each batch, at least 1; a resumed training keeps the number that it was started with.</param>
    /// <param name="clock">Measures the budget in minutes; null: the system's.</param>
    /// <exception cref="UaaGan.Failures.FailureException">As <see cref="TrainingSession.Start"/> and <see cref="TrainingSession.Resume"/>.</exception>
    public static ITrainingSession Open(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, TargetNetwork target, ReadOnlySpan<byte> checkpoint = default, int threads = 1,
        TimeProvider? clock = null) => Open(settings, images, new TargetFeatures(target), checkpoint, threads, clock);

    internal static ITrainingSession Open(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, IFeatureNetwork target, ReadOnlySpan<byte> checkpoint = default, int threads = 1,
        TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        return settings.Method == UniversalMethod.Name
            ? new UniversalSession(settings, images, target, checkpoint, threads, clock ?? TimeProvider.System)
            : TrainingSession.Open(settings, images, target, checkpoint, threads, clock);
    }
}
