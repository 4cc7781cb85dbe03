using System.Text.Json;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// A training, step by step, whatever it trains. It belongs to the thread that uses it, as its target network does, and does not own
/// that network. All that is random comes from (seed, step), and a checkpoint holds all that changes: a resumed training gives the same
/// weights to the bit, on the same machine, as one that was never interrupted.
/// </summary>
public sealed class TrainingSession : IDisposable
{
    /// <summary>Fewest images that a training accepts, and that one thread takes of a batch: mining needs another image.</summary>
    public const int FewestImages = 2;

    private const string PositionNote = "position";

    private readonly TrainingSettings _settings;
    private readonly OptionValues _options;
    private readonly NetworkEnsemble _networks;
    private readonly TimeProvider _clock;
    private readonly TrainingImages _images;
    private readonly ILearner _learner;
    private readonly TrainingPosition _position;
    private readonly Validation[] _validations;
    private readonly BatchSchedule _batches;
    private readonly Augmentation _augmentation;
    private readonly ShardThreads _threads;
    private readonly StepTimer _timer;
    private readonly double _secondsAValidation;
    private readonly Dictionary<string, double> _scalars = new(StringComparer.Ordinal);
    private double _secondsAStep;

    private TrainingSession(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, IFeatureNetwork target, int threads, TimeProvider clock, ReadOnlySpan<byte> checkpoint)
    {
        _settings = Checked(settings, images.Count);
        _networks = NetworkEnsemble.Of(target);
        if (_networks.Networks.FirstOrDefault(network => !network.SupportsGradient) is { } blackBox)
            throw AttackFailure.BlackBox(blackBox.Identity.Name);
        _options = AttackCatalog.ResolveTraining(settings.Method, settings.Options);
        _clock = clock;
        var started = clock.GetTimestamp();
        _images = TrainingImages.From(images, _options, settings.Seed);
        _batches = new BatchSchedule(settings.Seed, _images.Count, _options.Integer("batch"));
        _augmentation = new Augmentation(settings.Seed, _options.Flag("flips"), _options.Integer("crops"));
        _position = new TrainingPosition
        {
            TotalSteps = settings.Steps ?? (settings.Minutes is null ? AttackCatalog.Get(settings.Method).DefaultSteps : 0),
            Settings = Essence(settings, _options),
            ImagesSha256 = _images.Sha256,
            Shards = Math.Clamp(threads, 1, _batches.Size / FewestImages),
        };
        using var scope = NewDisposeScope();
        var stored = checkpoint.IsEmpty ? null : Read(checkpoint, ref _position);
        if (_position.Step == 0)
            RequireGradient();
        _threads = new ShardThreads(_position.Shards);
        _learner = Learners.Create(settings, _options, _networks, _images, _threads, _batches.Size);
        if (stored is not null)
            Restore(_learner.State, stored);
        var beforeValidation = clock.GetTimestamp();
        _validations = [.. _networks.Networks.Select(network => new Validation(network, _images, _threads))];
        _secondsAValidation = clock.GetElapsedTime(beforeValidation).TotalSeconds;
        _timer = new StepTimer(clock, _position.ElapsedSeconds + clock.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Where the training is.</summary>
    public TrainingProgress Progress => new(
        _position.Step, _position.TotalSteps, _position.ElapsedSeconds, _secondsAStep > 0 ? 1 / _secondsAStep : 0,
        new Dictionary<string, double>(_scalars, StringComparer.Ordinal));

    /// <summary>Whether every step is done, or the training ended early: see the option patience.</summary>
    public bool IsComplete => _position.TotalSteps > 0 && _position.Step >= _position.TotalSteps || HasEndedEarly;

    private bool HasEndedEarly => _position.IsOutOfPatience(_options.Integer("patience"));

    /// <summary>Begins a training, or goes on from a checkpoint with the same settings, images and network.</summary>
    /// <param name="settings">What to do; the model must be the target's.</param>
    /// <param name="images">Unlabelled images of any sizes, at least <see cref="FewestImages"/>.</param>
    /// <param name="target">The network that is attacked.</param>
    /// <param name="checkpoint">Where to go on; empty: at the beginning.</param>
    /// <param name="threads">Threads that share each batch, at least 1; a resumed training keeps the number that it was started with.</param>
    /// <param name="clock">Measures the budget in minutes; null: the system's.</param>
    /// <param name="ensemble">Further networks, those of the settings: the training is on the mean of the losses on all. Null: none.</param>
    /// <exception cref="UaaGan.Failures.FailureException">
    /// METHOD_NOT_FOUND, METHOD_NOT_TRAINABLE, OPTION_UNKNOWN, OPTION_INVALID, TRAINING_IMAGES_TOO_FEW, TRAINING_BUDGET_INVALID, EPSILON_INVALID,
    /// GENERATOR_NAME_INVALID; MODEL_IS_BLACK_BOX when the target has no gradients, TARGET_WITHOUT_GRADIENT when the target's feature does not depend on the pixels;
    /// CHECKPOINT_DAMAGED when the checkpoint is one of another training or no checkpoint.
    /// </exception>
    public static TrainingSession Open(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, TargetNetwork target, ReadOnlySpan<byte> checkpoint = default, int threads = 1, TimeProvider? clock = null,
        IReadOnlyList<TargetNetwork>? ensemble = null) =>
        Open(
            settings, images, new NetworkEnsemble([new TargetFeatures(target), .. (ensemble ?? []).Select(network => new TargetFeatures(network))]), checkpoint, threads, clock);

    internal static TrainingSession Open(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, IFeatureNetwork target, ReadOnlySpan<byte> checkpoint = default, int threads = 1, TimeProvider? clock = null) =>
        new(settings, images, target, threads, clock ?? TimeProvider.System, checkpoint);

    /// <summary>Refuses settings that no training could follow.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">As <see cref="Open(TrainingSettings, IReadOnlyList{PixelImage}, TargetNetwork, ReadOnlySpan{byte}, int, TimeProvider?, IReadOnlyList{TargetNetwork}?)"/>.</exception>
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

    /// <summary>Does one step; at some of them what is trained is validated.</summary>
    /// <exception cref="InvalidOperationException">It is complete.</exception>
    /// <exception cref="UaaGan.Failures.FailureException">TRAINING_DIVERGED.</exception>
    public void Step()
    {
        if (IsComplete)
            throw new InvalidOperationException("this training has ended: every step is done, or its patience");
        var started = _timer.ElapsedSeconds;
        using (NewDisposeScope())
        {
            var step = _position.Step;
            var batch = _images.Batch(_batches.At(step));
            _learner.Step(batch with { Images = _augmentation.Apply(batch.Images, step) }, step, _position.TotalSteps, _scalars);
        }

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
    public byte[] Checkpoint() =>
        TensorArchive.Write(_learner.State, new Dictionary<string, string> { [PositionNote] = _position.ToJson() });

    /// <summary>What was best at a validation so far, with its manifest.</summary>
    public TrainedGenerator Best()
    {
        var weights = _learner.WriteBest();
        var record = new GeneratorRecord(
            _settings.Generator, _settings.Method, _settings.Model, _settings.Epsilon, _options.All, _settings.Seed, _position.Step,
            GeneratorRepository.Hash(weights), _clock.GetUtcNow(), "")
        {
            Ensemble = _settings.Ensemble,
        };
        return new TrainedGenerator(GeneratorManifest.Write(record, TrainingManifest.Run(_position, HasEndedEarly, _images, _learner.MultiplyAdds(_images.Size.Height, _images.Size.Width))), weights);
    }

    public void Dispose()
    {
        _threads.Dispose();
        _learner.Dispose();
        foreach (var validation in _validations)
            validation.Dispose();
        _images.Dispose();
    }

    private void Validate()
    {
        var result = ValidationResult.Mean([.. _validations.Select(validation => validation.Run(_learner.Perturbation, _position.Step))]);
        _position.Validations.Add(result);
        _scalars["validation_map"] = result.MeanAveragePrecision;
        _scalars["validation_map_lost"] = result.MapLost;
        _scalars["validation_map_lost_swapped"] = result.MapLostSwapped;
        _scalars["validation_ssim"] = result.Similarity;
        var score = _learner.Score(result);
        _position.ValidationsSinceBest = score > _position.BestScore ? 0 : _position.ValidationsSinceBest + 1;
        _scalars["validations_since_best"] = _position.ValidationsSinceBest;
        // Of two that the few validation images cannot tell apart the later one is kept: it has learned longer, at a lower rate.
        if (score < _position.BestScore - result.MapLostError)
            return;
        _position.BestScore = Math.Max(_position.BestScore, score);
        _position.BestStep = _position.Step;
        _learner.KeepBest();
    }

    /// <summary>A target that does not answer to its pixels would train noise for minutes; it is found out here.</summary>
    private void RequireGradient()
    {
        using var scope = NewDisposeScope();
        foreach (var network in _networks.Networks)
        {
            var images = _images.Batch(_batches.At(0)).Images.requires_grad_();
            var (gradient, _) = PixelGradient.Of(images, network.Features, features => FeatureDistance.Euclidean(features, features.detach()).sum());
            var largest = gradient.abs().max().item<float>();
            if (!(largest > 0) || !float.IsFinite(largest))
                throw AttackFailure.NoGradient();
        }
    }

    /// <summary>The tensors of a checkpoint, and where it is.</summary>
    private static Dictionary<string, Tensor> Read(ReadOnlySpan<byte> checkpoint, ref TrainingPosition position)
    {
        try
        {
            var (tensors, notes) = TensorArchive.Read(checkpoint);
            var stored = TrainingPosition.FromJson(notes.GetValueOrDefault(PositionNote, ""));
            if (stored.Settings != position.Settings || stored.ImagesSha256 != position.ImagesSha256)
                throw AttackFailure.CheckpointDamaged("it belongs to a training with other settings or other images");
            position = stored;
            return tensors;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw AttackFailure.CheckpointDamaged("it cannot be read", exception);
        }
    }

    private static void Restore(IReadOnlyDictionary<string, Tensor> state, Dictionary<string, Tensor> stored)
    {
        using var gradients = no_grad();
        foreach (var (name, live) in state)
        {
            if (!stored.TryGetValue(name, out var tensor) || !tensor.shape.AsSpan().SequenceEqual(live.shape))
                throw AttackFailure.CheckpointDamaged($"tensor {name} is missing or has another shape");
            live.copy_(tensor);
        }
    }

    /// <summary>What decides the weights: two trainings with the same essence and images take the same steps.</summary>
    internal static string Essence(TrainingSettings settings, OptionValues options)
    {
        var own = JsonSerializer.Serialize(new
        {
            settings.Method,
            settings.Model,
            Epsilon = settings.Epsilon.ToString(),
            settings.Seed,
            settings.Steps,
            settings.Minutes,
            Options = options.All,
        });
        // Checkpoints of one network stay what they were.
        return settings.Ensemble.Count == 0 ? own : own + JsonSerializer.Serialize(settings.Ensemble);
    }
}
