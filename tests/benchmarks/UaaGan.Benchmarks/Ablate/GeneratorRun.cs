using UaaGan.Attacks;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Benchmarks;

/// <summary>Trains one generator as the service does: the same settings, images and number of threads give the same weights.</summary>
/// <param name="Generator">The best at a validation.</param>
/// <param name="Seconds">What the training took.</param>
internal sealed record GeneratorRun(TrainedGenerator Generator, double Seconds)
{
    /// <param name="settings">What to do.</param>
    /// <param name="images">Training images.</param>
    /// <param name="target">The network that is attacked.</param>
    /// <param name="threads">Threads that share each batch.</param>
    /// <param name="report">Told after each step.</param>
    /// <param name="cancellation">Stops between two steps.</param>
    public static GeneratorRun Train(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, TargetNetwork target, int threads, Action<TrainingProgress> report, CancellationToken cancellation)
    {
        using TrainingSession session = TrainingSession.Open(settings, images, target, threads: threads);
        while (!session.IsComplete)
        {
            cancellation.ThrowIfCancellationRequested();
            session.Step();
            report(session.Progress);
        }

        return new GeneratorRun(session.Best(), session.Progress.ElapsedSeconds);
    }
}
