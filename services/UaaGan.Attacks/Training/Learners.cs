namespace UaaGan.Attacks;

/// <summary>The one place that knows which method is learned how.</summary>
internal static class Learners
{
    /// <param name="settings">Whose method, budget and seed count.</param>
    /// <param name="options">The method's options.</param>
    /// <param name="target">The network that is attacked.</param>
    /// <param name="images">The images of the training.</param>
    /// <param name="threads">What shares each batch.</param>
    /// <param name="batch">Images a step.</param>
    public static ILearner Create(
        TrainingSettings settings, OptionValues options, IFeatureNetwork target, TrainingImages images, ShardThreads threads, int batch)
    {
        if (settings.Method == UniversalMethod.Name)
            return new UniversalLearner(settings, options, target, threads, [1, images.Channels, images.Size.Height, images.Size.Width], images.Count / batch);
        IGeneratorLoss loss = settings.Method switch
        {
            SsaeMethod.Name => new SsaeLoss(options, target),
            MisRankingMethod.Name => new MisRankingLoss(options, target),
            _ => new UaaGanLoss(options, target, settings.Epsilon.Value),
        };
        return new GeneratorLearner(settings, options, loss, target, images.Size, threads);
    }
}
