using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Learns one universal perturbation: it minimises the mean of (cos(f(x + v), f(x)) + 1) / 2 over v, a mean over networks where there are several.</summary>
internal sealed class UniversalLearner : ILearner
{
    private const string BestKey = "best";

    private readonly NetworkEnsemble _networks;
    private readonly ShardThreads _threads;
    private readonly UniversalOptimizer _optimizer;
    private readonly Tensor _best;
    private readonly long _stepsAnEpoch;

    /// <param name="settings">Whose budget and seed count.</param>
    /// <param name="options">The method's options.</param>
    /// <param name="target">The network that is attacked.</param>
    /// <param name="threads">What shares each batch.</param>
    /// <param name="shape">The perturbation's: [1,C,H,W].</param>
    /// <param name="stepsAnEpoch">Steps in which every image is seen once.</param>
    public UniversalLearner(
        TrainingSettings settings, OptionValues options, IFeatureNetwork target, ShardThreads threads, long[] shape, long stepsAnEpoch)
    {
        (_networks, _threads, _stepsAnEpoch) = (NetworkEnsemble.Of(target), threads, stepsAnEpoch);
        var epsilon = settings.Epsilon.Value;
        var stepSize = options.Number("step-size") is > 0 and var levels ? levels / 255 : epsilon / 10;
        _optimizer = new UniversalOptimizer(shape, epsilon, stepSize, options.Number("decay"), settings.Seed);
        _best = _optimizer.Perturbation.clone().DetachFromDisposeScope();
    }

    public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>(_optimizer.State) { [BestKey] = _best };

    public void Step(TrainingBatch batch, long step, long totalSteps, IDictionary<string, double> scalars)
    {
        var images = batch.Images;
        var (epoch, place) = Math.DivRem(step, _stepsAnEpoch);
        if (place == 0)
            _optimizer.BeginEpoch();
        var cosine = _networks.Mean((adversarial, clean) => (adversarial * clean).sum(1));
        var shift = _networks.Mean(FeatureDistance.Euclidean);
        var parts = images.chunk(_threads.Count);
        var similarities = new double[parts.Length];
        var shifts = new double[parts.Length];
        var gradients = _threads.Map(parts.Length, shard =>
        {
            Tensor clean;
            using (no_grad())
                clean = _networks.Features(parts[shard]);
            var leaf = _optimizer.Perturbation.detach().clone().requires_grad_();
            var (gradient, features) = PixelGradient.Of(
                leaf,
                perturbation => _networks.Features(parts[shard].Plus(perturbation).Within(0, 1)),
                adversarial => cosine(adversarial, clean).Plus(1).Over(2).sum());
            using var disabled = no_grad();
            similarities[shard] = cosine(features, clean).sum().to(ScalarType.Float64).item<double>();
            shifts[shard] = shift(features, clean).sum().to(ScalarType.Float64).item<double>();
            return gradient;
        });
        var sum = gradients[0];
        foreach (var gradient in gradients.Skip(1))
            sum = sum.Plus(gradient);
        if (!sum.isfinite().all().item<bool>())
            throw AttackFailure.Diverged(step + 1, ["the gradient"], "check the model with 'models check'");
        _optimizer.Step(sum, epoch);
        scalars["loss"] = (similarities.Sum() / images.shape[0] + 1) / 2;
        scalars["feature_shift"] = shifts.Sum() / images.shape[0];
        scalars["saturation"] = _optimizer.Saturation.item<float>();
    }

    public Tensor Perturbation(Tensor images) => UniversalPerturbation.Fitted(_optimizer.Perturbation, images);

    public double Score(ValidationResult result) => result.Score;

    public void KeepBest()
    {
        using var gradients = no_grad();
        _best.copy_(_optimizer.Perturbation);
    }

    public byte[] WriteBest() => UniversalPerturbation.Write(_best);

    public long MultiplyAdds(int height, int width) => 0;

    public void Dispose()
    {
        _optimizer.Dispose();
        _best.Dispose();
    }
}
