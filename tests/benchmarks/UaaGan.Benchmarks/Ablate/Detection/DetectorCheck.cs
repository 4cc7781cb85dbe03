using UaaGan.Attacks;
using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Retrieval;
using static TorchSharp.torch;

namespace UaaGan.Benchmarks;

/// <summary>
/// Whether adversarial images can be told from clean ones: a detector that nobody trained against learns from the queries of one half of the identities
/// and judges those of the other half.
/// </summary>
internal static class DetectorCheck
{
    /// <summary>Updates of the detector.</summary>
    public const int DefaultSteps = 300;

    private const int Pairs = 8;
    private const int LargestCrop = 96;
    private const double Rate = 2e-3, Beta1 = 0.9, Beta2 = 0.999;
    // One for all, so that rows differ by their generators alone.
    private const ulong Seed = 1;

    /// <summary>The area under the ROC curve on the half that it did not learn from.</summary>
    /// <param name="queries">Queries, of at least two identities.</param>
    /// <param name="clean">Each as it was.</param>
    /// <param name="adversarial">Each under the attack.</param>
    /// <param name="steps">Updates, each of 8 pairs of crops of up to 96 pixels a side.</param>
    /// <param name="cancellation">Stops between two updates.</param>
    public static double Area(
        IReadOnlyList<DatasetEntry> queries, IReadOnlyList<PixelImage> clean, IReadOnlyList<PixelImage> adversarial, int steps, CancellationToken cancellation)
    {
        var (learned, judged) = Halves(queries);
        using var scope = NewDisposeScope();
        using var detector = new NoiseDetector();
        SeededInitialization.Apply(detector, Seed, "detector");
        Learn(detector, [.. learned.Select(i => (clean[i], adversarial[i]))], steps, cancellation);
        detector.eval();
        return RocCurve.Area(Scores(adversarial), Scores(clean));

        float[] Scores(IReadOnlyList<PixelImage> images) => [.. judged.Select(i => Judge(detector, images[i], cancellation))];
    }

    /// <summary>Places of the queries to learn from and of those to judge: every second identity, in ordinal order, so that nobody is in both.</summary>
    public static (int[] Learned, int[] Judged) Halves(IReadOnlyList<DatasetEntry> queries)
    {
        ILookup<bool, int> halves = queries.Index().GroupBy(query => query.Item.Identity, query => query.Index).OrderBy(identity => identity.Key, StringComparer.Ordinal)
            .SelectMany((identity, place) => identity.Select(i => (Learned: place % 2 == 0, Query: i)))
            .ToLookup(query => query.Learned, query => query.Query);
        if (!halves.Contains(false)) throw new ArgumentException("The queries are of fewer than two identities.", nameof(queries));
        return ([.. halves[true]], [.. halves[false]]);
    }

    private static void Learn(NoiseDetector detector, (PixelImage Clean, PixelImage Adversarial)[] pairs, int steps, CancellationToken cancellation)
    {
        // One size for a batch of crops that every image has room for.
        int height = Math.Min(LargestCrop, pairs.Min(pair => pair.Clean.Height)), width = Math.Min(LargestCrop, pairs.Min(pair => pair.Clean.Width));
        using var optimizer = new AdamOptimizer(detector.named_parameters().ToDictionary(parameter => parameter.name, Tensor (parameter) => parameter.parameter), Beta1, Beta2);
        var labels = cat([zeros(Pairs), ones(Pairs)]);
        for (int step = 0; step < steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            SeededRandom random = SeededRandom.For(Seed, "detector:batch", step);
            var chosen = new (Tensor Clean, Tensor Adversarial)[Pairs];
            for (int i = 0; i < Pairs; i++)
            {
                var (clean, adversarial) = pairs[random.NextBelow(pairs.Length)];
                int top = random.NextBelow(clean.Height - height + 1), left = random.NextBelow(clean.Width - width + 1);
                Tensor Crop(PixelImage image) => Pixels(image).narrow(2, top, height).narrow(3, left, width);
                chosen[i] = (Crop(clean), Crop(adversarial));
            }

            Tensor logits = detector.call(cat([.. chosen.Select(pair => pair.Clean), .. chosen.Select(pair => pair.Adversarial)], 0));
            Tensor loss = nn.functional.binary_cross_entropy_with_logits(logits, labels);
            double decay = 0.5 + (0.5 * Math.Cos(Math.PI * step / steps));
            optimizer.Step(autograd.grad([loss], optimizer.Parameters), Rate * decay, step + 1);
        }
    }

    private static float Judge(NoiseDetector detector, PixelImage image, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var disabled = no_grad();
        using var scope = NewDisposeScope();
        return detector.call(Pixels(image)).item<float>();
    }

    private static Tensor Pixels(PixelImage image) => PixelTensor.FromImage(image.ToRgb());
}
