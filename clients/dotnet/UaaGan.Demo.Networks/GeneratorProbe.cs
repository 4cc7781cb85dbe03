using UaaGan.Attacks;
using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Demo.Networks;

/// <summary>Trains a generator as the demo does, to see whether a network can be attacked in the time that the demo has.</summary>
internal static class GeneratorProbe
{
    public static TrainedGenerator Train(DemoScenario scenario, TargetNetwork target, Epsilon epsilon, IReadOnlyDictionary<string, string> options, long steps, int threads, Action<string> report, CancellationToken cancellation)
    {
        PixelImage[] images = [.. scenario.TrainingImages().AsParallel().AsOrdered().Select(drawn => scenario.Draw(drawn.Identity, drawn.View))];
        var settings = new TrainingSettings(
            scenario.Name, TargetIdentity.Of(target.Card), AttackCatalog.UaaGan, epsilon, Seed: 1, options, steps);
        using TrainingSession session = TrainingSession.Open(settings, images, target, threads: threads);
        while (!session.IsComplete)
        {
            cancellation.ThrowIfCancellationRequested();
            session.Step();
            TrainingProgress progress = session.Progress;
            report(string.Create(System.Globalization.CultureInfo.InvariantCulture,
                $"{scenario.Name}: generator step {progress.Step}/{progress.TotalSteps}  ssim {progress.Scalars["ssim"]:F3}  {progress.ElapsedSeconds:F0} s"));
        }

        return session.Best();
    }
}
