using System.Text.Json;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// The training of one generator, step by step. It belongs to the thread that uses it, as its target network does, and does not own
/// that network. All that is random comes from (seed, step), and a checkpoint holds all that changes: a resumed training gives the same
/// weights to the bit, on the same machine, as one that was never interrupted.
/// </summary>
public sealed class TrainingSession : ITrainingSession
{
    /// <summary>Fewest images that a training accepts: mining needs another image in the batch.</summary>
    public const int FewestImages = 2;

    private const string PositionNote = "position";

    private readonly TrainingSettings _settings;
    private readonly OptionValues _options;
    private readonly IFeatureNetwork _target;
    private readonly TimeProvider _clock;
    private readonly TrainingImages _images;
    private readonly TrainingNetworks _networks;
    private readonly TrainingPosition _position;
    private readonly Validation _validation;
    private readonly BatchSchedule _batches;
    private readonly Augmentation _augmentation;
    private readonly GeneratorLoss _loss;
    private readonly ShardThreads _threads;
    private readonly TrainingShard[] _shards;
    private readonly SimilarityController _similarity;
    private readonly StepTimer _timer;
    private readonly double _secondsAValidation;
    private readonly Dictionary<string, double> _scalars = new(StringComparer.Ordinal);
    private double _secondsAStep;

    private TrainingSession(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, IFeatureNetwork target, int threads, TimeProvider clock, ReadOnlySpan<byte> checkpoint)
    {
        _settings = Checked(settings, images.Count);
        if (!target.SupportsGradient)
            throw AttackFailure.BlackBox(target.Identity.Name);
        _options = AttackCatalog.ResolveTraining(settings.Method, settings.Options);
        _target = target;
        _clock = clock;
        var started = clock.GetTimestamp();
        _images = TrainingImages.From(images, _options, settings.Seed);
        _networks = new TrainingNetworks(_options, settings.Seed);
        _batches = new BatchSchedule(settings.Seed, _images.Count, _options.Integer("batch"));
        _augmentation = new Augmentation(settings.Seed, _options.Flag("flips"), _options.Integer("crops"));
        _loss = new GeneratorLoss(_options, target, settings.Epsilon.Value);
        _similarity = new SimilarityController(_options.Number("ssim-target"));
        _position = new TrainingPosition
        {
            TotalSteps = settings.Steps ?? (settings.Minutes is null ? UaaGanMethod.DefaultSteps : 0),
            Settings = Essence(settings, _options),
            ImagesSha256 = _images.Sha256,
            Shards = Math.Clamp(threads, 1, _batches.Size / FewestImages),
        };
        if (!checkpoint.IsEmpty)
            _position = Restore(checkpoint);
        _similarity.Restore(_position.SimilarityWeight, _position.SimilarityMean);
        if (_position.Step == 0)
            RequireGradient();
        var beforeValidation = clock.GetTimestamp();
        _threads = new ShardThreads(_position.Shards);
        _shards = [.. Enumerable.Range(0, _position.Shards).Select(_ => new TrainingShard(_networks, _loss, settings.Epsilon.Value))];
        _validation = new Validation(target, _images, _threads);
        _secondsAValidation = clock.GetElapsedTime(beforeValidation).TotalSeconds;
        _timer = new StepTimer(clock, _position.ElapsedSeconds + clock.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Where the training is.</summary>
    public TrainingProgress Progress => new(
        _position.Step, _position.TotalSteps, _position.ElapsedSeconds, _secondsAStep > 0 ? 1 / _secondsAStep : 0,
        new Dictionary<string, double>(_scalars, StringComparer.Ordinal));

    /// <summary>Whether every step is done.</summary>
    public bool IsComplete => _position.TotalSteps > 0 && _position.Step >= _position.TotalSteps;

    /// <summary>Begins a training.</summary>
    /// <param name="settings">What to do; the model must be the target's.</param>
    /// <param name="images">Unlabelled images of any sizes, at least <see cref="FewestImages"/>.</param>
    /// <param name="target">The network that is attacked.</param>
    /// <param name="threads">Threads that share each batch, at least 1; a resumed training keeps the number that it was started with.</param>
    /// <param name="clock">Measures the budget in minutes; null: the system's.</param>
    /// <exception cref="UaaGan.Failures.FailureException">
    /// METHOD_NOT_FOUND, METHOD_NOT_TRAINABLE, OPTION_UNKNOWN, OPTION_INVALID, TRAINING_IMAGES_TOO_FEW, TRAINING_BUDGET_INVALID, EPSILON_INVALID,
    /// GENERATOR_NAME_INVALID; MODEL_IS_BLACK_BOX when the target has no gradients, TARGET_WITHOUT_GRADIENT when the target's feature does not depend on the pixels.
    /// </exception>
    public static TrainingSession Start(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, TargetNetwork target, int threads = 1, TimeProvider? clock = null) =>
        new(settings, images, new TargetFeatures(target), threads, clock ?? TimeProvider.System, default);

    /// <summary>Goes on from a checkpoint, with the same settings, images and network.</summary>
    /// <inheritdoc cref="Start(TrainingSettings, IReadOnlyList{PixelImage}, TargetNetwork, int, TimeProvider?)"/>
    /// <exception cref="UaaGan.Failures.FailureException">Also CHECKPOINT_DAMAGED, when it is one of another training or no checkpoint.</exception>
    public static TrainingSession Resume(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, TargetNetwork target, ReadOnlySpan<byte> checkpoint, int threads = 1, TimeProvider? clock = null) =>
        new(settings, images, new TargetFeatures(target), threads, clock ?? TimeProvider.System, checkpoint);

    internal static TrainingSession Open(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, IFeatureNetwork target, ReadOnlySpan<byte> checkpoint, int threads = 1, TimeProvider? clock = null) =>
        new(settings, images, target, threads, clock ?? TimeProvider.System, checkpoint);

    /// <summary>Refuses settings that no training could follow.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">As <see cref="Start"/>.</exception>
    public static TrainingSettings Checked(TrainingSettings settings, int images)
    {
        ArgumentNullException.ThrowIfNull(settings);
        GeneratorRepository.CheckName(settings.Generator);
        AttackCatalog.ResolveTraining(settings.Method, settings.Options);
        if (settings.Epsilon.Numerator255 == 0)
            throw AttackFailure.EpsilonZero();
        if (settings is { Steps: not null, Minutes: not null })
            throw AttackFailure.TrainingBudgetInvalid("both steps and minutes are given; give one of them");
        if (settings.Steps is < 1)
            throw AttackFailure.TrainingBudgetInvalid($"steps is {settings.Steps}; it must be at least 1");
        if (settings.Minutes is { } minutes && !(minutes > 0 && minutes <= 7 * 24 * 60))
            throw AttackFailure.TrainingBudgetInvalid("minutes must be above 0 and at most 10080, a week");
        if (images < FewestImages)
            throw AttackFailure.ImagesTooFew(images, FewestImages);
        return settings;
    }

    /// <summary>Refuses a model whose card says that no training could use it.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">MODEL_IS_BLACK_BOX.</exception>
    public static void CheckTarget(ModelCard card)
    {
        ArgumentNullException.ThrowIfNull(card);
        if (card.IsBlackBox)
            throw AttackFailure.BlackBox(card.Name);
    }

    /// <summary>Does one step; at some of them the generator is validated.</summary>
    /// <exception cref="InvalidOperationException">Every step is done.</exception>
    /// <exception cref="UaaGan.Failures.FailureException">TRAINING_DIVERGED.</exception>
    public void Step()
    {
        if (IsComplete)
            throw new InvalidOperationException("every step of this training is done");
        var started = _timer.ElapsedSeconds;
        using (NewDisposeScope())
            Optimise();
        _position.Step++;
        var seconds = _timer.ElapsedSeconds - started;
        _secondsAStep = _secondsAStep == 0 ? seconds : 0.8 * _secondsAStep + 0.2 * seconds;
        if (_position.TotalSteps == 0)
        {
            var reserve = _secondsAValidation * _options.Integer("validations");
            _position.TotalSteps = _timer.TotalAfter(_position.Step, _settings.Minutes!.Value, reserve);
        }

        if (_position.IsValidationDue(_options.Integer("validations")))
            Validate();
        _position.ElapsedSeconds = _timer.ElapsedSeconds;
    }

    /// <summary>Everything needed to go on from here, as the bytes of a file.</summary>
    public byte[] Checkpoint()
    {
        _position.SimilarityWeight = _similarity.Weight;
        _position.SimilarityMean = _similarity.Mean;
        return TensorArchive.Write(_networks.State(), new Dictionary<string, string> { [PositionNote] = _position.ToJson() });
    }

    /// <summary>The generator as it was at the best validation so far, with its manifest.</summary>
    public TrainedGenerator Best()
    {
        var weights = GeneratorWeights.Write(_networks.Best);
        var record = new GeneratorRecord(
            _settings.Generator, _settings.Method, _settings.Model, _settings.Epsilon, _options.All, _settings.Seed, _position.Step,
            GeneratorRepository.Hash(weights), _clock.GetUtcNow(), "");
        return new TrainedGenerator(GeneratorManifest.Write(record, TrainingManifest.Run(_position, _images, _networks.Best.Form.MultiplyAdds(_images.Size.Height, _images.Size.Width))), weights);
    }

    public void Dispose()
    {
        _threads.Dispose();
        _networks.Dispose();
        _validation.Dispose();
        _images.Dispose();
    }

    private void Optimise()
    {
        var step = _position.Step;
        var images = _augmentation.Apply(_images.Batch(_batches.At(step)), step);
        var interval = _options.Integer("discriminator-interval");
        var trainDiscriminator = _networks.Discriminator is not null && step % interval == 0;
        try
        {
            var parts = Parts(images);
            _threads.Run(shard => _shards[shard].Begin(parts[shard], trainDiscriminator));
            if (trainDiscriminator)
            {
                var mean = Mean([.. _shards.Select(shard => shard.DiscriminatorGradients)]);
                _networks.DiscriminatorOptimizer!.Step(mean, _options.Number("discriminator-learning-rate"), step / interval + 1);
            }

            var negatives = Parts(_loss.NegativeDistance(cat([.. _shards.Select(shard => shard.Clean!)])));
            _threads.Run(shard => _shards[shard].Finish(negatives[shard], _similarity.Weight, step));
            CollectScalars(step);
            var rate = _options.Number("learning-rate") * RateSchedule.At(step, _position.TotalSteps);
            _networks.GeneratorOptimizer.Step(Mean([.. _shards.Select(shard => shard.GeneratorGradients)]), rate, step + 1);
            _scalars["learning_rate"] = rate;
        }
        finally
        {
            _threads.Run(shard => _shards[shard].End());
        }

        _scalars["similarity_weight"] = _similarity.Weight;
        _similarity.Observe(_scalars["ssim"]);
    }

    /// <summary>The shards' rows of a tensor that has one row an image of the batch.</summary>
    private Tensor[] Parts(Tensor rows) =>
        [.. Enumerable.Range(0, _shards.Length).Select(shard => rows.narrow(0, FirstRow(shard), FirstRow(shard + 1) - FirstRow(shard)))];

    private long FirstRow(int shard) => (long)_batches.Size * shard / _shards.Length;

    private double Share(int shard) => (FirstRow(shard + 1) - FirstRow(shard)) / (double)_batches.Size;

    /// <summary>The gradients of the whole batch: each shard's count by its share of the images.</summary>
    private Tensor[] Mean(IList<Tensor>[] gradients)
    {
        using var disabled = no_grad();
        return [.. Enumerable.Range(0, gradients[0].Count).Select(parameter =>
        {
            var sum = gradients[0][parameter] * Share(0);
            for (var shard = 1; shard < gradients.Length; shard++)
                sum.add_(gradients[shard][parameter], Share(shard));
            return sum;
        })];
    }

    /// <exception cref="UaaGan.Failures.FailureException">TRAINING_DIVERGED.</exception>
    private void CollectScalars(long step)
    {
        foreach (var name in _shards[0].Scalars.Keys)
            _scalars[name] = Enumerable.Range(0, _shards.Length).Sum(shard => Share(shard) * _shards[shard].Scalars[name]);
        if (!double.IsFinite(_scalars["loss"]))
            throw AttackFailure.Diverged(step + 1, _scalars.Where(scalar => !double.IsFinite(scalar.Value)).Select(scalar => scalar.Key).Order(StringComparer.Ordinal));
    }

    private void Validate()
    {
        var result = _validation.Run(images => _networks.Generator.Perturbation(images, _settings.Epsilon.Value), _position.Step);
        _position.Validations.Add(result);
        _scalars["validation_map"] = result.MeanAveragePrecision;
        _scalars["validation_map_lost"] = result.MapLost;
        _scalars["validation_map_lost_swapped"] = result.MapLostSwapped;
        _scalars["validation_ssim"] = result.Similarity;
        var score = Score(result);
        if (score <= _position.BestScore)
            return;
        _position.BestScore = score;
        _position.BestStep = _position.Step;
        _networks.KeepBest();
    }

    /// <summary>
    /// The better generator loses more mAP, at an SSIM no more than 0.01 below its target. Few images tie easily, so the feature shift decides then.
    /// </summary>
    private double Score(ValidationResult result)
    {
        const double Tolerance = 0.01, Penalty = 10, TieBreak = 0.01;
        var missing = Math.Max(0, _options.Number("ssim-target") - Tolerance - result.Similarity);
        return result.MapLost + TieBreak * result.FeatureShift - Penalty * missing;
    }

    /// <summary>A target that does not answer to its pixels would train noise for minutes; it is found out here.</summary>
    private void RequireGradient()
    {
        using var scope = NewDisposeScope();
        var images = _images.Batch(_batches.At(0)).requires_grad_();
        var (gradient, _) = PixelGradient.Of(images, _target.Features, features => FeatureDistance.Euclidean(features, features.detach()).sum());
        var largest = gradient.abs().max().item<float>();
        if (!(largest > 0) || !float.IsFinite(largest))
            throw AttackFailure.NoGradient();
    }

    private TrainingPosition Restore(ReadOnlySpan<byte> checkpoint)
    {
        using var scope = NewDisposeScope();
        try
        {
            var (tensors, notes) = TensorArchive.Read(checkpoint);
            var position = TrainingPosition.FromJson(notes.GetValueOrDefault(PositionNote, ""));
            if (position.Settings != _position.Settings || position.ImagesSha256 != _position.ImagesSha256)
                throw AttackFailure.CheckpointDamaged("it belongs to a training with other settings or other images");
            _networks.Restore(tensors);
            return position;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw AttackFailure.CheckpointDamaged("it cannot be read", exception);
        }
    }

    /// <summary>What decides the weights: two trainings with the same essence and images take the same steps.</summary>
    internal static string Essence(TrainingSettings settings, OptionValues options) => JsonSerializer.Serialize(new
    {
        settings.Method,
        settings.Model,
        Epsilon = settings.Epsilon.ToString(),
        settings.Seed,
        settings.Steps,
        settings.Minutes,
        Options = options.All,
    });
}
