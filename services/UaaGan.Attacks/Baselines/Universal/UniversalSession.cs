using System.Text.Json;
using UaaGan.Imaging;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>The training of one universal perturbation: it minimises the mean of (cos(f(x + v), f(x)) + 1) / 2 over v.</summary>
internal sealed class UniversalSession : ITrainingSession
{
    private const string PositionNote = "position", BestKey = "best";

    private readonly TrainingSettings _settings;
    private readonly OptionValues _options;
    private readonly IFeatureNetwork _target;
    private readonly TimeProvider _clock;
    private readonly TrainingImages _images;
    private readonly BatchSchedule _batches;
    private readonly Augmentation _augmentation;
    private readonly UniversalOptimizer _optimizer;
    private readonly Tensor _best;
    private readonly TrainingPosition _position;
    private readonly ShardThreads _threads;
    private readonly Validation _validation;
    private readonly StepTimer _timer;
    private readonly double _secondsAValidation;
    private readonly Dictionary<string, double> _scalars = new(StringComparer.Ordinal);
    private double _secondsAStep;

    public UniversalSession(
        TrainingSettings settings, IReadOnlyList<PixelImage> images, IFeatureNetwork target, ReadOnlySpan<byte> checkpoint, int threads, TimeProvider clock)
    {
        _settings = TrainingSession.Checked(settings, images.Count);
        if (!target.SupportsGradient)
            throw AttackFailure.BlackBox(target.Identity.Name);
        (_target, _clock) = (target, clock);
        _options = AttackCatalog.ResolveTraining(settings.Method, settings.Options);
        var started = clock.GetTimestamp();
        _images = TrainingImages.From(images, _options, settings.Seed);
        _batches = new BatchSchedule(settings.Seed, _images.Count, _options.Integer("batch"));
        _augmentation = new Augmentation(settings.Seed, _options.Flag("flips"), largestShift: 0);
        var epsilon = settings.Epsilon.Value;
        _optimizer = new UniversalOptimizer(
            [1, _images.Channels, _images.Size.Height, _images.Size.Width], epsilon,
            _options.Number("step-size") is > 0 and var levels ? levels / 255 : epsilon / 10, _options.Number("decay"), settings.Seed);
        _best = _optimizer.Perturbation.clone().DetachFromDisposeScope();
        _position = new TrainingPosition
        {
            TotalSteps = settings.Steps ?? (settings.Minutes is null ? UniversalMethod.DefaultSteps : 0),
            Settings = TrainingSession.Essence(settings, _options),
            ImagesSha256 = _images.Sha256,
            Shards = Math.Clamp(threads, 1, _batches.Size),
        };
        if (!checkpoint.IsEmpty)
            _position = Restore(checkpoint);
        var beforeValidation = clock.GetTimestamp();
        _threads = new ShardThreads(_position.Shards);
        _validation = new Validation(target, _images, _threads);
        _secondsAValidation = clock.GetElapsedTime(beforeValidation).TotalSeconds;
        _timer = new StepTimer(clock, _position.ElapsedSeconds + clock.GetElapsedTime(started).TotalSeconds);
    }

    public TrainingProgress Progress => new(
        _position.Step, _position.TotalSteps, _position.ElapsedSeconds, _secondsAStep > 0 ? 1 / _secondsAStep : 0,
        new Dictionary<string, double>(_scalars, StringComparer.Ordinal));

    public bool IsComplete => _position.TotalSteps > 0 && _position.Step >= _position.TotalSteps;

    private Dictionary<string, Tensor> State => new(_optimizer.State) { [BestKey] = _best };

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
            _position.TotalSteps = _timer.TotalAfter(_position.Step, _settings.Minutes!.Value, _secondsAValidation * _options.Integer("validations"));
        if (_position.IsValidationDue(_options.Integer("validations")))
            Validate();
        _position.ElapsedSeconds = _timer.ElapsedSeconds;
    }

    public byte[] Checkpoint() => TensorArchive.Write(State, new Dictionary<string, string> { [PositionNote] = _position.ToJson() });

    public TrainedGenerator Best()
    {
        var weights = UniversalPerturbation.Write(_best);
        var record = new GeneratorRecord(
            _settings.Generator, _settings.Method, _settings.Model, _settings.Epsilon, _options.All, _settings.Seed, _position.Step,
            GeneratorRepository.Hash(weights), _clock.GetUtcNow(), "");
        return new TrainedGenerator(GeneratorManifest.Write(record, TrainingManifest.Run(_position, _images, multiplyAdds: 0)), weights);
    }

    public void Dispose()
    {
        _threads.Dispose();
        _optimizer.Dispose();
        _best.Dispose();
        _validation.Dispose();
        _images.Dispose();
    }

    private void Optimise()
    {
        var (epoch, place) = Math.DivRem(_position.Step, _images.Count / _batches.Size);
        if (place == 0)
            _optimizer.BeginEpoch();
        var images = _augmentation.Apply(_images.Batch(_batches.At(_position.Step)), _position.Step);
        var parts = images.chunk(_position.Shards);
        var similarities = new double[parts.Length];
        var gradients = _threads.Map(parts.Length, shard =>
        {
            Tensor clean;
            using (no_grad())
                clean = _target.Features(parts[shard]);
            var leaf = _optimizer.Perturbation.detach().clone().requires_grad_();
            var (gradient, features) = PixelGradient.Of(
                leaf,
                perturbation => _target.Features((parts[shard] + perturbation).clamp(0, 1)),
                adversarial => (((adversarial * clean).sum(1) + 1) / 2).sum());
            using var disabled = no_grad();
            similarities[shard] = (features * clean).sum().to(ScalarType.Float64).item<double>();
            return gradient;
        });
        var sum = gradients[0];
        foreach (var gradient in gradients.Skip(1))
            sum += gradient;
        if (!sum.isfinite().all().item<bool>())
            throw AttackFailure.Diverged(_position.Step + 1, ["the gradient"], "check the model with 'models check'");
        if (_position.Step == 0 && sum.abs().max().item<float>() == 0)
            throw AttackFailure.NoGradient();
        _optimizer.Step(sum, epoch);
        _scalars["loss"] = (similarities.Sum() / _batches.Size + 1) / 2;
        _scalars["saturation"] = _optimizer.Saturation.item<float>();
    }

    private void Validate()
    {
        var result = _validation.Run(images => UniversalPerturbation.Fitted(_optimizer.Perturbation, images), _position.Step);
        _position.Validations.Add(result);
        _scalars["feature_shift"] = result.FeatureShift;
        _scalars["validation_map"] = result.MeanAveragePrecision;
        _scalars["validation_map_lost"] = result.MapLost;
        _scalars["validation_ssim"] = result.Similarity;
        // Few images tie easily, so the feature shift decides then.
        var score = result.MapLost + 0.01 * result.FeatureShift;
        if (score <= _position.BestScore)
            return;
        (_position.BestScore, _position.BestStep) = (score, _position.Step);
        using var gradients = no_grad();
        _best.copy_(_optimizer.Perturbation);
    }

    private TrainingPosition Restore(ReadOnlySpan<byte> checkpoint)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        try
        {
            var (tensors, notes) = TensorArchive.Read(checkpoint);
            var position = TrainingPosition.FromJson(notes.GetValueOrDefault(PositionNote, ""));
            if (position.Settings != _position.Settings || position.ImagesSha256 != _position.ImagesSha256)
                throw AttackFailure.CheckpointDamaged("it belongs to a training with other settings or other images");
            foreach (var (name, live) in State)
            {
                if (!tensors.TryGetValue(name, out var stored) || !stored.shape.AsSpan().SequenceEqual(live.shape))
                    throw new FormatException($"tensor {name} is missing or has another shape");
                live.copy_(stored);
            }

            return position;
        }
        catch (Exception exception) when (exception is FormatException or JsonException)
        {
            throw AttackFailure.CheckpointDamaged("it cannot be read", exception);
        }
    }
}
