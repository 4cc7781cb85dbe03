using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Trains a generator by a loss, and a discriminator along with it where the loss wants one. The threads share each batch: mining and the
/// updates see all of it.
/// </summary>
internal sealed class GeneratorLearner : ILearner
{
    private readonly IGeneratorLoss _loss;
    private readonly IFeatureNetwork _target;
    private readonly TrainingNetworks _networks;
    private readonly ShardThreads _threads;
    private readonly TrainingShard[] _shards;
    private readonly float _epsilon;
    private readonly double _rate, _discriminatorRate;
    private readonly int _interval;

    /// <param name="settings">Whose method, budget and seed count.</param>
    /// <param name="options">The method's options.</param>
    /// <param name="loss">What is minimised; it is disposed with this.</param>
    /// <param name="target">The network that is attacked.</param>
    /// <param name="imageSize">Rows and columns of the training images.</param>
    /// <param name="threads">What shares each batch.</param>
    /// <param name="dataType">Of the weights: float32, or float64 to compare with a reference.</param>
    public GeneratorLearner(
        TrainingSettings settings, OptionValues options, IGeneratorLoss loss, IFeatureNetwork target, (int Height, int Width) imageSize, ShardThreads threads,
        ScalarType dataType = ScalarType.Float32)
    {
        (_loss, _target, _threads, _epsilon) = (loss, target, threads, settings.Epsilon.Value);
        _networks = new TrainingNetworks(
            options, settings.Seed, settings.Method == SsaeMethod.Name, loss.Judged, TargetView.From(settings.Method, options, target), imageSize, dataType);
        _rate = options.Number("learning-rate");
        if (loss.Judged)
            (_discriminatorRate, _interval) = (options.Number("discriminator-learning-rate"), options.Integer("discriminator-interval"));
        _shards = [.. Enumerable.Range(0, threads.Count).Select(_ => new TrainingShard(_networks, loss, target, _epsilon))];
    }

    public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>(_networks.State().Concat(_loss.State));

    public void Step(TrainingBatch batch, long step, long totalSteps, IDictionary<string, double> scalars)
    {
        var trainDiscriminator = _networks.Discriminator is not null && step % _interval == 0;
        var count = batch.Count;
        try
        {
            var parts = Parts(count, batch.Rows);
            _threads.Run(shard => _shards[shard].Begin(parts[shard], _loss.UsesMask(step, totalSteps), trainDiscriminator));
            if (trainDiscriminator)
            {
                var mean = Mean([.. _shards.Select(shard => shard.DiscriminatorGradients)], count);
                _networks.DiscriminatorOptimizer!.Step(mean, _discriminatorRate, step / _interval + 1);
            }

            var distances = _loss.Mined(cat([.. _shards.Select(shard => shard.Clean!)]));
            var mined = Parts(count, (first, rows) => distances.narrow(0, first, rows));
            _threads.Run(shard => _shards[shard].Finish(mined[shard], step));
            Collect(scalars, step, count);
            var rate = _rate * RateSchedule.At(step, totalSteps);
            _networks.GeneratorOptimizer.Step(Mean([.. _shards.Select(shard => shard.GeneratorGradients)], count), rate, step + 1);
            scalars["learning_rate"] = rate;
        }
        finally
        {
            _threads.Run(shard => _shards[shard].End());
        }

        _loss.Observe(scalars);
    }

    public Tensor Perturbation(Tensor images) => _networks.Generator.Perturbation(images, TargetView.Of(_networks.Generator, _target, images), _epsilon);

    public double Score(ValidationResult result) => _loss.Score(result);

    public void KeepBest() => _networks.KeepBest();

    public byte[] WriteBest() => GeneratorWeights.Write(_networks.Best);

    public long MultiplyAdds(int height, int width) => _networks.Best.Form.MultiplyAdds(height, width);

    public void Dispose()
    {
        _networks.Dispose();
        _loss.Dispose();
    }

    /// <summary>The shards' parts of a batch, cut by the first row and the number of rows.</summary>
    private T[] Parts<T>(long count, Func<long, long, T> rows) =>
        [.. Enumerable.Range(0, _shards.Length).Select(shard => rows(FirstRow(shard, count), Rows(shard, count)))];

    private long FirstRow(int shard, long count) => count * shard / _shards.Length;

    private long Rows(int shard, long count) => FirstRow(shard + 1, count) - FirstRow(shard, count);

    private double Share(int shard, long count) => Rows(shard, count) / (double)count;

    /// <summary>The gradients of the whole batch: each shard's count by its share of the images.</summary>
    private Tensor[] Mean(IList<Tensor>[] gradients, long count)
    {
        using var disabled = no_grad();
        return [.. Enumerable.Range(0, gradients[0].Count).Select(parameter =>
        {
            var sum = gradients[0][parameter].Times(Share(0, count));
            for (var shard = 1; shard < gradients.Length; shard++)
                sum.AddInPlace(gradients[shard][parameter], Share(shard, count));
            return sum;
        })];
    }

    /// <exception cref="UaaGan.Failures.FailureException">TRAINING_DIVERGED.</exception>
    private void Collect(IDictionary<string, double> scalars, long step, long count)
    {
        foreach (var name in _shards[0].Scalars.Keys)
            scalars[name] = Enumerable.Range(0, _shards.Length).Sum(shard => Share(shard, count) * _shards[shard].Scalars[name]);
        if (!double.IsFinite(scalars["loss"]))
            throw AttackFailure.Diverged(step + 1, scalars.Where(scalar => !double.IsFinite(scalar.Value)).Select(scalar => scalar.Key).Order(StringComparer.Ordinal));
    }
}
