using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// The clean features that a training saw last. A batch has few images; among these are some that an image is really far from, and an adversarial
/// image that is drawn there leaves its own neighbours behind, where one that is only pushed away goes where all go.
/// </summary>
internal sealed class FeatureMemory : IDisposable
{
    private const int Most = 512;

    // Unit features: images whose cosine to an image is 0.05 less weigh 2.7 times as much.
    private const double Temperature = 0.05;

    private readonly Tensor _features, _count;

    /// <param name="dimension">Components of a feature.</param>
    public FeatureMemory(int dimension)
    {
        (_features, _count) = (zeros(Most, dimension).DetachFromDisposeScope(), zeros(1).DetachFromDisposeScope());
        State = new Dictionary<string, Tensor> { ["memory"] = _features, ["remembered"] = _count };
    }

    /// <summary>What a checkpoint holds.</summary>
    public IReadOnlyDictionary<string, Tensor> State { get; }

    /// <summary>What is remembered, [K, dimension], K at most 512.</summary>
    public Tensor Features => _features.narrow(0, 0, Math.Min(Most, (long)_count.data<float>()[0]));

    /// <summary>Remembers features [N, dimension] in the place of the oldest.</summary>
    public void Remember(Tensor features)
    {
        using var scope = NewDisposeScope();
        using var disabled = no_grad();
        var count = (long)_count.data<float>()[0];
        for (long i = 0; i < features.shape[0]; i++)
            _features[(count + i) % Most].copy_(features[i]);
        // Exact in float32: beyond twice the most it goes on from once.
        var total = count + features.shape[0];
        _count.data<float>()[0] = total < 2 * Most ? total : Most + (total % Most);
    }

    /// <summary>The mean similarity of adversarial features to the remembered ones that the clean features are farthest from.</summary>
    /// <param name="adversarial">Unit features [N,D].</param>
    /// <param name="clean">Unit features [N,D].</param>
    /// <param name="remembered">Unit features [K,D].</param>
    public static Tensor SimilarityToFarthest(Tensor adversarial, Tensor clean, Tensor remembered)
    {
        var others = remembered.to(clean.dtype).t();
        var weights = nn.functional.softmax(clean.matmul(others).Over(-Temperature), 1);
        return (weights * adversarial.matmul(others)).sum(1).mean();
    }

    public void Dispose()
    {
        _features.Dispose();
        _count.Dispose();
    }
}
