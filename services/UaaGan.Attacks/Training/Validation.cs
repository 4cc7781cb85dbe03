using System.Text.Json.Serialization;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a validation measured. The losses are shares of the mAP above chance, as in the evaluation: 0 no effect, 1 as good as chance.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="MeanAveragePrecision">mAP of the adversarial images.</param>
/// <param name="MapLost">Share of the mAP above chance that is lost.</param>
/// <param name="MapLostError">Its standard error, of the spread over the images.</param>
/// <param name="MapLostSwapped">The same with each image under another's perturbation.</param>
/// <param name="FeatureShift">Mean distance between clean and adversarial feature.</param>
/// <param name="Similarity">Mean SSIM.</param>
internal sealed record ValidationResult(
    long Step, double MeanAveragePrecision, double MapLost, double MapLostError, double MapLostSwapped, double FeatureShift, double Similarity)
{
    private const double TieBreak = 0.01;

    /// <summary>The loss; few images tie easily, so the feature shift decides then.</summary>
    [JsonIgnore]
    public double Score => MapLost + TieBreak * FeatureShift;

    /// <summary>Of one step on several networks: the mean of what each of them lost.</summary>
    public static ValidationResult Mean(IReadOnlyList<ValidationResult> results) => results.Count == 1 ? results[0] : new(
        results[0].Step,
        results.Average(result => result.MeanAveragePrecision),
        results.Average(result => result.MapLost),
        results.Average(result => result.MapLostError),
        results.Average(result => result.MapLostSwapped),
        results.Average(result => result.FeatureShift),
        results.Average(result => result.Similarity));
}

/// <summary>
/// Retrieval without labels: each validation image searches a gallery of all the images' own flips and enlarged middles, of which its two are
/// relevant (rectangle AP). Only training images take part, so that no choice is made on test queries.
/// </summary>
internal sealed class Validation : IDisposable
{
    private const int Batch = 16;
    private const double Middle = 0.9;

    private readonly IFeatureNetwork _target;
    private readonly TrainingImages _images;
    private readonly ShardThreads _threads;
    private readonly Tensor _gallery, _clean;
    private readonly double _cleanPrecision, _chance;

    public Validation(IFeatureNetwork target, TrainingImages images, ShardThreads threads)
    {
        _target = target;
        _images = images;
        _threads = threads;
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var queries = images.Validation();
        _gallery = cat([Features(queries.flip(3)), Features(Enlarged(queries))]).DetachFromDisposeScope();
        _clean = Features(queries).DetachFromDisposeScope();
        _cleanPrecision = Precisions(_clean).Average();
        _chance = Chance(2, 2 * images.ValidationCount);
    }

    /// <param name="perturb">From images to their perturbations, of the same shape.</param>
    /// <param name="step">Steps done.</param>
    public ValidationResult Run(Func<Tensor, Tensor> perturb, long step)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var queries = _images.Validation();
        var perturbation = Parts(queries, perturb);
        var adversarial = Saved(queries.Plus(perturbation));
        var features = Features(adversarial);
        double[] precisions = Precisions(features);
        double precision = precisions.Average();
        return new ValidationResult(
            step,
            precision,
            Lost(precision),
            Share(Math.Sqrt(precisions.Sum(one => (one - precision) * (one - precision)) / Math.Max(1, precisions.Length - 1) / precisions.Length)),
            Lost(Precisions(Features(Saved(queries.Plus(perturbation.roll(1, 0))))).Average()),
            FeatureDistance.Euclidean(features, _clean).mean().item<float>(),
            StructuralSimilarity.PerImage(queries, adversarial).mean().item<float>());
    }

    public void Dispose()
    {
        _gallery.Dispose();
        _clean.Dispose();
    }

    /// <summary>Expected rectangle AP of a random order: R relevant among N, in closed form.</summary>
    private static double Chance(int relevant, int count)
    {
        var harmonic = Enumerable.Range(1, count).Sum(k => 1.0 / k);
        return ((relevant - 1.0) / (count - 1) * (count - harmonic) + harmonic) / count;
    }

    private static Tensor Saved(Tensor adversarial) => adversarial.Within(0, 1).Times(255).round().Over(255);

    private static Tensor Enlarged(Tensor images)
    {
        long height = images.shape[2], width = images.shape[3];
        long inner = Math.Max(1, (long)(height * Middle)), across = Math.Max(1, (long)(width * Middle));
        var middle = images.narrow(2, (height - inner) / 2, inner).narrow(3, (width - across) / 2, across);
        return nn.functional.interpolate(middle, [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
    }

    private double Lost(double precision) => Share(_cleanPrecision - precision);

    private double Share(double precision) => _cleanPrecision - _chance > 1e-6 ? precision / (_cleanPrecision - _chance) : 0;

    private Tensor Features(Tensor images) => Parts(images, _target.Features);

    private Tensor Parts(Tensor images, Func<Tensor, Tensor> compute)
    {
        var parts = images.split(Batch);
        return cat(_threads.Map(parts.Length, i =>
        {
            using var gradients = no_grad();
            return compute(parts[i]);
        }));
    }

    /// <summary>The average precision of each query.</summary>
    private double[] Precisions(Tensor queries)
    {
        var scores = queries.matmul(_gallery.t()).data<float>().ToArray();
        int count = _images.ValidationCount, gallery = 2 * count;
        var precisions = new double[count];
        for (var query = 0; query < count; query++)
        {
            var row = scores.AsSpan(query * gallery, gallery);
            int first = Rank(row, query), second = Rank(row, query + count);
            precisions[query] = (1.0 / Math.Min(first, second) + 2.0 / Math.Max(first, second)) / 2;
        }

        return precisions;
    }

    /// <summary>Place of a gallery entry, from 1; equal scores are ordered by their place in the gallery.</summary>
    private static int Rank(ReadOnlySpan<float> scores, int entry)
    {
        var rank = 1;
        for (var other = 0; other < scores.Length; other++)
        {
            if (scores[other] > scores[entry] || scores[other] == scores[entry] && other < entry)
                rank++;
        }

        return rank;
    }
}
