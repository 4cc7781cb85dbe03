using System.Runtime.InteropServices;
using UaaGan.Failures;
using UaaGan.Imaging;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// A frozen network behind its card: pixels in, features out. Geometry, normalisation, network, pooling, L2, scales, flip and whitening
/// happen inside and are differentiable with respect to the pixels; the parameters are not. It belongs to the thread that uses it.
/// </summary>
public sealed class TargetNetwork : IDisposable
{
    private readonly IFeatureEngine _engine;
    private readonly Whitening? _whitening;
    private readonly ViewFusion _fusion;
    private readonly InputGeometry _geometry;
    private readonly Tensor _mean, _std;

    /// <param name="card">How it takes images.</param>
    /// <param name="network">The network with its weights; it is frozen, put in eval mode, and disposed with this.</param>
    /// <param name="device">Where it runs. Default: the CPU.</param>
    /// <param name="whitening">The card's whitening on the same device, where it has one; disposed with this.</param>
    /// <exception cref="FailureException">FailedPrecondition FEATURE_DIMENSION_MISMATCH: the card promises another dimension, or the whitening
    /// takes another; InvalidArgument MODEL_INPUT_INVALID: the network does not take the card's input or scales.</exception>
    public TargetNetwork(ModelCard card, FeatureNetwork network, Device? device = null, Whitening? whitening = null)
        : this(Given(card), new ModuleEngine(Given(network), card.TorchDataType, device ?? CPU), device ?? CPU, whitening)
    {
    }

    /// <param name="card">How it takes images.</param>
    /// <param name="engine">The network and what runs it; it is disposed with this.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="whitening">As above.</param>
    /// <exception cref="FailureException">As above, and FailedPrecondition MODEL_BATCH_FIXED: the card promises what the network does not give.</exception>
    internal TargetNetwork(ModelCard card, IFeatureEngine engine, Device device, Whitening? whitening)
    {
        if (card.Whitening is null != whitening is null)
            throw new ArgumentException("The card names a whitening and none is given, or the reverse.", nameof(whitening));
        CheckDimensions(card, engine, whitening);
        CheckInput(card, engine);

        if (engine.FixedBatchSize is { } size && !card.BatchSizes.SequenceEqual([size])) throw ModelFailure.BatchFixed(card, size);
        Card = card;
        BatchSizes = card.BatchSizes;
        Device = device;
        _engine = engine;
        _whitening = whitening;
        _fusion = Fusion(NetworkFeatures);
        _geometry = new InputGeometry(card);
        using var scope = NewDisposeScope();
        _mean = PerChannel(card.Mean);
        _std = PerChannel(card.Std);
    }

    /// <summary>What it is.</summary>
    public ModelCard Card { get; }

    /// <summary>Components of a feature.</summary>
    public int FeatureDimension => _whitening?.Outputs ?? _engine.FeatureDimension;

    /// <summary>Channels of the map of <see cref="FeaturesAndMap"/>; 0: the network shows none, as TorchScript and ONNX files do not.</summary>
    public int MapChannels => _engine.MapChannels;

    /// <summary>Whether features are differentiable with respect to the images.</summary>
    public bool SupportsGradient => _engine.SupportsGradient;

    /// <summary>Where it runs.</summary>
    public Device Device { get; }

    /// <summary>The batch sizes it runs with, ascending: the card's, or after <see cref="SettleBatchSizes"/> some of these.</summary>
    public IReadOnlyList<int> BatchSizes { get; private set; }

    /// <summary>Features [N, FeatureDimension] of images, differentiable with respect to them if <see cref="SupportsGradient"/>.</summary>
    /// <param name="images">float32 [N,C,H,W] in [0,1], C = 1 (repeated) or 3, any size that the card's resize takes.</param>
    /// <exception cref="FailureException">InvalidArgument IMAGE_SIZE_MISMATCH: another size, and the card does not resize;
    /// FailedPrecondition MODEL_IS_BLACK_BOX: gradients are wanted of a network that has none.</exception>
    public Tensor Features(Tensor images)
    {
        CheckImages(images);
        if (images.requires_grad && is_grad_enabled() && !SupportsGradient) throw ModelFailure.BlackBox(Card);
        using var scope = NewDisposeScope();
        return FeaturesOfInputs(_geometry.Apply(images)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The features of images and, of the same pass, an inner map of the network: what it sees where. Of a card with several
    /// views it is the map of the first, the image itself at the first scale. Without gradients.
    /// </summary>
    /// <param name="images">As of <see cref="Features"/>.</param>
    /// <returns>Features [N, FeatureDimension]; map [N, MapChannels, rows, columns] of the network's input, which the card's geometry made of the image.</returns>
    /// <exception cref="FailureException">InvalidArgument IMAGE_SIZE_MISMATCH.</exception>
    /// <exception cref="NotSupportedException"><see cref="MapChannels"/> is 0.</exception>
    public (Tensor Features, Tensor Map) FeaturesAndMap(Tensor images)
    {
        CheckImages(images);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        Tensor? map = null;
        var features = Fusion(FirstMapKept).Apply(Normalised(_geometry.Apply(images)));
        return (features.MoveToOuterDisposeScope(), map!.MoveToOuterDisposeScope());

        Tensor FirstMapKept(Tensor normalised)
        {
            if (map is not null) return NetworkFeatures(normalised);
            (var view, map) = _engine.FeaturesAndMap(normalised);
            // Out of the scope of the fusion, which calls this.
            map.MoveToOuterDisposeScope();
            return Checked(view, normalised);
        }
    }

    /// <summary>The map of <see cref="FeaturesAndMap"/> alone, to the same bits, at the cost of the layers up to it. Without gradients.</summary>
    /// <param name="images">As of <see cref="Features"/>.</param>
    /// <exception cref="FailureException">InvalidArgument IMAGE_SIZE_MISMATCH.</exception>
    /// <exception cref="NotSupportedException"><see cref="MapChannels"/> is 0.</exception>
    public Tensor Map(Tensor images)
    {
        CheckImages(images);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        return _engine.Map(_fusion.First(Normalised(_geometry.Apply(images)))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Brings one image to the network's input size (8-bit RGB), which <see cref="ExtractPreprocessed"/> takes. It uses no torch and no
    /// state, so any thread may call it.
    /// </summary>
    /// <exception cref="FailureException">InvalidArgument IMAGE_SIZE_MISMATCH: another size, and the card does not resize.</exception>
    public PixelImage Preprocess(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return _geometry.Apply(image).ToRgb();
    }

    /// <summary>Features of images of any sizes, in their order; no gradients.</summary>
    /// <inheritdoc cref="ExtractPreprocessed"/>
    public float[][] Extract(IReadOnlyList<PixelImage> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return ExtractPreprocessed([.. images.Select(Preprocess)]);
    }

    /// <summary>
    /// Features of images that went through <see cref="Preprocess"/>. They run in batches of <see cref="BatchSizes"/>: a smaller batch is
    /// padded with black images to the next size, a larger one is split by the largest.
    /// </summary>
    /// <exception cref="FailureException">FailedPrecondition FEATURE_INVALID: a feature with a NaN or an infinity, or a zero one; the
    /// metadata's index says whose.</exception>
    public float[][] ExtractPreprocessed(IReadOnlyList<PixelImage> inputs)
    {
        var results = TryExtractPreprocessed(inputs);
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i].Fault is { } fault) throw Invalid(i, fault);
        }

        return [.. results.Select(result => result.Feature)];
    }

    /// <summary>The same, with a fault in the place of each feature that is none.</summary>
    public FeatureResult[] TryExtractPreprocessed(IReadOnlyList<PixelImage> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        var results = new FeatureResult[inputs.Count];
        var largest = BatchSizes[^1];
        for (var start = 0; start < inputs.Count; start += largest)
            ExtractBatch(inputs, start, Math.Min(largest, inputs.Count - start), results);
        return results;
    }

    /// <summary>
    /// Runs each batch size of the card twice, with images that differ, and keeps those that give an image the same bits in every place:
    /// libtorch picks its kernels by batch size and thread count, and a single small image gets others than two do. Of several such sets
    /// the largest is kept, so that a feature does not depend on what else was asked for at the time. It also warms the network.
    /// </summary>
    /// <param name="most">Sizes above are not run; at least the card's smallest is.</param>
    public void SettleBatchSizes(int most = int.MaxValue)
    {
        BatchSizes = Card.BatchSizes;
        int[] sizes = [.. Card.BatchSizes.Where((size, i) => i == 0 || size <= most)];
        PixelImage[] images = [.. Enumerable.Range(0, sizes[^1]).Select(ShiftedPattern)];
        var agreeing = sizes.Select(size => (Size: size, Bits: BitsInEveryPlace(images[..size]))).Where(run => run.Bits is not null)
            .GroupBy(run => run.Bits, run => run.Size).MaxBy(group => group.Count());
        BatchSizes = agreeing is null ? [Card.BatchSizes[0]] : [.. agreeing];
    }

    public void Dispose()
    {
        _engine.Dispose();
        _whitening?.Dispose();
        _geometry.Dispose();
        _mean.Dispose();
        _std.Dispose();
    }

    private void ExtractBatch(IReadOnlyList<PixelImage> inputs, int start, int count, FeatureResult[] results)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var size = BatchSizes.First(size => size >= count);
        var batch = zeros([size, 3, Card.Input.Height, Card.Input.Width]);
        for (var i = 0; i < count; i++) batch[i].copy_(PixelTensor.FromImage(inputs[start + i])[0]);
        var output = FeaturesOfInputs(batch.to(Device)).cpu().contiguous();
        var values = MemoryMarshal.Cast<byte, float>(output.bytes);
        for (var i = 0; i < count; i++)
        {
            var feature = values.Slice(i * FeatureDimension, FeatureDimension);
            results[start + i] = new FeatureResult(feature.ToArray(), Fault(feature));
        }
    }

    /// <summary>The check pattern, moved on by some pixels for each number.</summary>
    private PixelImage ShiftedPattern(int number)
    {
        var pattern = CheckPattern.Image(Card.Input.Width, Card.Input.Height).Pixels;
        var start = number * 3 * 37 % pattern.Length;
        return new PixelImage(Card.Input.Width, Card.Input.Height, 3, [.. pattern[start..], .. pattern[..start]]);
    }

    /// <summary>
    /// The bits of the first image's feature if each image has the same one place further on, else null. The images differ, since OSNet on one
    /// thread gives the second of two its own bits only beside another image.
    /// </summary>
    private string? BitsInEveryPlace(PixelImage[] images)
    {
        var bits = Bits(images);
        var moved = Bits([images[^1], .. images[..^1]]);
        return bits.SequenceEqual([.. moved[1..], moved[0]]) ? bits[0] : null;

        string[] Bits(PixelImage[] batch) =>
            [.. TryExtractPreprocessed(batch).Select(result => Convert.ToHexString(MemoryMarshal.AsBytes<float>(result.Feature)))];
    }

    private static void CheckImages(Tensor images)
    {
        ArgumentNullException.ThrowIfNull(images);
        if (images.dim() != 4 || images.shape[1] is not (1 or 3) || images.dtype != ScalarType.Float32)
        {
            throw new ArgumentException(
                $"Images are float32 [N,C,H,W] with 1 or 3 channels, not {images.dtype} [{string.Join(", ", images.shape)}].", nameof(images));
        }
    }

    private ViewFusion Fusion(Func<Tensor, Tensor> network) => new(Card, network, _whitening);

    private Tensor FeaturesOfInputs(Tensor inputs) => _fusion.Apply(Normalised(inputs));

    private Tensor Normalised(Tensor inputs)
    {
        var normalised = (inputs - _mean) / _std;
        return Card.ChannelOrder == ChannelOrder.Bgr ? normalised.flip(1) : normalised;
    }

    private Tensor NetworkFeatures(Tensor normalised) => Checked(_engine.Features(normalised), normalised);

    private Tensor Checked(Tensor features, Tensor normalised) =>
        features.dim() == 2 && features.shape[1] == _engine.FeatureDimension ? features : throw InputInvalid(
            $"With an input of {normalised.shape[2]}x{normalised.shape[3]} (rows x columns) {Card.Architecture} does not give one feature of {_engine.FeatureDimension} components an image.");

    private static void CheckDimensions(ModelCard card, IFeatureEngine engine, Whitening? whitening)
    {
        if (whitening is not null && whitening.Inputs != engine.FeatureDimension)
            throw DimensionMismatch($"The whitening of {card.Name} takes {whitening.Inputs} components and its network gives {engine.FeatureDimension}.");
        var given = whitening?.Outputs ?? engine.FeatureDimension;
        if (card.FeatureDimension != given)
            throw DimensionMismatch($"The card of {card.Name} says {card.FeatureDimension} components and its network gives {given}.");
    }

    private static void CheckInput(ModelCard card, IFeatureEngine engine)
    {
        if (engine.OnlyInput is not { } only) return;
        if (card.Input != only)
            throw InputInvalid($"The input of {card.Architecture} is {only.Height}x{only.Width} (rows x columns) and no other, not {card.Input.Height}x{card.Input.Width}.");
        if (card.Scales is not [1])
            throw InputInvalid($"The input of {card.Architecture} is {only.Height}x{only.Width} (rows x columns) and no other, so that its scales can only be 1.");
    }

    private static FailureException DimensionMismatch(string message) => new(FailureKind.FailedPrecondition, "FEATURE_DIMENSION_MISMATCH", message);

    private static FailureException InputInvalid(string message) => new(FailureKind.InvalidArgument, "MODEL_INPUT_INVALID", message) { Field = "input" };

    private static string? Fault(ReadOnlySpan<float> feature)
    {
        foreach (var value in feature)
        {
            if (!float.IsFinite(value)) return "has a component that is not finite";
        }

        return feature.ContainsAnyExcept(0f) ? null : "is zero";
    }

    private FailureException Invalid(int index, string what) => new(FailureKind.FailedPrecondition, "FEATURE_INVALID",
        $"The feature that {Card.Name} gives for image {index} {what}, so it has no direction to compare.")
    {
        Metadata = new Dictionary<string, string> { ["index"] = index.ToString(System.Globalization.CultureInfo.InvariantCulture), ["model"] = Card.Name },
    };

    private static T Given<T>(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return value;
    }

    private Tensor PerChannel(IReadOnlyList<double> values) =>
        tensor(values.Select(value => (float)value).ToArray(), [1, 3, 1, 1], device: Device).DetachFromDisposeScope();
}
