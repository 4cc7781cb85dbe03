using UaaGan.Attacks;
using UaaGan.Cli.Evaluation;
using UaaGan.Imaging;
using UaaGan.Kernels;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Benchmarks;

/// <summary>Queries under an attack as they would be saved: rounded to uint8, which a PNG keeps.</summary>
/// <param name="Own">Each with its own perturbation.</param>
/// <param name="Swapped">Each with that of another, as evaluate permutes them by default.</param>
/// <param name="Ssim">Mean SSIM of <paramref name="Own"/> to the queries.</param>
internal sealed record AdversarialQueries(IReadOnlyList<PixelImage> Own, IReadOnlyList<PixelImage> Swapped, double Ssim)
{
    private const int Batch = 16;
    private const ulong SwapSeed = 1;

    /// <param name="attack">The attack.</param>
    /// <param name="epsilon">Its budget.</param>
    /// <param name="queries">At least two images, of any sizes from 11 pixels a side.</param>
    /// <param name="cancellation">Stops between two batches.</param>
    public static AdversarialQueries Make(IAttack attack, Epsilon epsilon, IReadOnlyList<PixelImage> queries, CancellationToken cancellation)
    {
        var kernels = new CpuDevice();
        var own = new PixelImage[queries.Count];
        foreach (int[] batch in Enumerable.Range(0, queries.Count).GroupBy(i => Shape(queries[i])).SelectMany(shape => shape.Chunk(Batch)))
        {
            using var scope = NewDisposeScope();
            string[] ids = [.. batch.Select(i => $"query {i}")];
            Tensor adversarial = attack.Perturb(cat([.. batch.Select(i => PixelTensor.FromImage(queries[i]))], 0), ids, cancellation);
            IReadOnlyList<SavedImage> saved = SavedImages.Of(kernels, [.. batch.Select(i => queries[i])], adversarial, epsilon);
            foreach (var (place, i) in batch.Index())
            {
                saved[place].RequireNumbers(ids[place]);
                own[i] = saved[place].Image;
            }
        }

        int[] donors = Derangement.Donors([.. queries.Select(Shape)], SwapSeed) ?? throw new ArgumentException("A single query has nobody to swap with.", nameof(queries));
        return new AdversarialQueries(
            own,
            [.. donors.Select((donor, i) => PerturbationArithmetic.Swap(queries[i], queries[donor], own[donor]))],
            queries.Zip(own, (query, changed) => ImageQuality.Compare(query, changed).Ssim!.Value).Average());
    }

    private static (int Width, int Height, int Channels) Shape(PixelImage image) => (image.Width, image.Height, image.Channels);
}
