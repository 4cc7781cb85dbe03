using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Retrieval;

namespace UaaGan.Benchmarks;

/// <summary>What generators are trained on and scored with.</summary>
/// <param name="Name">One of <see cref="AblationSets.Names"/>.</param>
/// <param name="Models">The repository that holds the network.</param>
/// <param name="Card">The network.</param>
/// <param name="Data">Queries and gallery.</param>
/// <param name="Training">Training images, none of them queried.</param>
internal sealed record AblationSet(string Name, ModelRepository Models, ModelCard Card, RetrievalDataset Data, IReadOnlyList<DatasetEntry> Training)
{
    /// <summary>An image of it, decoded.</summary>
    public static PixelImage Decode(DatasetEntry entry) => ImageDecoder.Decode(File.ReadAllBytes(entry.Path), ImageLimits.Default);

    /// <summary>Some training images, in the order of the list: the first of a shuffle that depends on the seed and the images' ids alone.</summary>
    /// <param name="count">How many; null: all.</param>
    /// <param name="seed">Seed of the shuffle.</param>
    /// <exception cref="FailureException">TRAINING_IMAGES_TOO_FEW: there are not so many.</exception>
    public IReadOnlyList<DatasetEntry> SomeTraining(int? count, ulong seed)
    {
        if (count is not { } some) return Training;
        if (some > Training.Count)
            throw new FailureException(FailureKind.InvalidArgument, "TRAINING_IMAGES_TOO_FEW", $"images={some} is wanted of {Name}, which has {Training.Count} training images.") { Field = "variant" };
        int[] shuffled = SeededRandom.For(seed, "ablation:images", 0).Permutation(Training.Count);
        return [.. shuffled.Take(some).Order().Select(i => Training[i])];
    }
}
