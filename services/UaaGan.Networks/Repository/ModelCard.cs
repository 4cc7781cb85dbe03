using System.Text.Json.Serialization;
using TorchSharp;

namespace UaaGan.Networks;

/// <summary>How an image of another size is brought to the network's input, less its padding.</summary>
public enum ResizeMode
{
    /// <summary>Antialiased bilinear, as PIL does it, with its rounding to 8 bits after each pass.</summary>
    [JsonStringEnumMemberName("bilinear")]
    Bilinear,

    /// <summary>The nearest pixel, as PIL picks it.</summary>
    [JsonStringEnumMemberName("nearest")]
    Nearest,

    /// <summary>Not at all: an image of another size is refused.</summary>
    [JsonStringEnumMemberName("none")]
    None,
}

/// <summary>Order in which a network takes the channels of an image.</summary>
public enum ChannelOrder
{
    /// <summary>Red, green, blue.</summary>
    [JsonStringEnumMemberName("rgb")]
    Rgb,

    /// <summary>Blue, green, red, as OpenCV reads images.</summary>
    [JsonStringEnumMemberName("bgr")]
    Bgr,
}

/// <summary>Size of a network's input in pixels, padding included.</summary>
/// <param name="Height">Rows.</param>
/// <param name="Width">Columns.</param>
public sealed record InputSize(int Height, int Width);

/// <summary>The weights, or the whitening, that belong to a card.</summary>
/// <param name="File">Name of the file beside model.json: safetensors, or the whole model (.pt, .onnx) where the architecture says so.</param>
/// <param name="Sha256">Its SHA-256, 64 lower-case hexadecimal digits.</param>
/// <param name="Original">The file that it was converted from; null: it is the file that was added.</param>
public sealed record WeightsFile(string File, string Sha256, OriginalWeights? Original = null);

/// <summary>A weights file as it was before it was converted to safetensors.</summary>
/// <param name="File">Its name, without a folder.</param>
/// <param name="Sha256">Its SHA-256, 64 lower-case hexadecimal digits.</param>
public sealed record OriginalWeights(string File, string Sha256);

/// <summary>The feature of <see cref="CheckPattern"/> when the model was added: what it must still be, within 1e-4 a component.</summary>
/// <param name="Feature">The components.</param>
public sealed record CheckFeature(IReadOnlyList<float> Feature);

/// <summary>
/// What a target network is and how it takes an image (model.json, snake_case). Every field is checked when it is read, and an
/// unknown one is refused.
/// </summary>
public sealed record ModelCard
{
    /// <summary>Name in the repository: 1 to 128 characters of a-z, 0-9, '_', '-', '.', beginning with a letter or a digit.</summary>
    public required string Name { get; init; }

    /// <summary>Version, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>One of <see cref="ArchitectureRegistry.Names"/>; torchscript or onnx for a whole model.</summary>
    public required string Architecture { get; init; }

    /// <summary>The architecture's own options by name. Default: none.</summary>
    public IReadOnlyDictionary<string, int> ArchitectureOptions { get; init; } = new Dictionary<string, int>();

    /// <summary>Its weights.</summary>
    public required WeightsFile Weights { get; init; }

    /// <summary>Components of a feature.</summary>
    public required int FeatureDimension { get; init; }

    /// <summary>Size of the network's input, padding included; each side 8 to 4096.</summary>
    public required InputSize Input { get; init; }

    /// <summary>How an image of another size is brought there.</summary>
    public ResizeMode Resize { get; init; } = ResizeMode.Bilinear;

    /// <summary>
    /// The shorter side of an image after its resize, which keeps its shape; the network gets the centre, of the input's size less its
    /// padding, as torchvision's Resize and CenterCrop make it. Null: images are brought to that size whatever their shape.
    /// </summary>
    public int? ShortSide { get; init; }

    /// <summary>Pixels of value 0 added at the left, top, right and bottom after the resize and before normalisation.</summary>
    public IReadOnlyList<int> Pad { get; init; } = [0, 0, 0, 0];

    /// <summary>Mean of the red, green and blue values, which are 0 to 1. Default: ImageNet's.</summary>
    public IReadOnlyList<double> Mean { get; init; } = ImageNetMean;

    /// <summary>Standard deviation of the same. Default: ImageNet's.</summary>
    public IReadOnlyList<double> Std { get; init; } = ImageNetStd;

    /// <summary>Order of the channels that the network takes; mean and std are those of red, green and blue all the same.</summary>
    public ChannelOrder ChannelOrder { get; init; } = ChannelOrder.Rgb;

    /// <summary>Global pooling, for the architectures that pool.</summary>
    public PoolingKind Pooling { get; init; } = PoolingKind.Average;

    /// <summary>Exponent of generalized-mean pooling, unless the weights hold a learned one.</summary>
    public double GemP { get; init; } = 3;

    /// <summary>Whether features are L2-normalised.</summary>
    public bool L2Normalise { get; init; } = true;

    /// <summary>
    /// Factors of the input's sides at which the network sees an image, by bilinear interpolation without antialiasing; the unit
    /// features of all are added and normalised. Default: 1 alone.
    /// </summary>
    public IReadOnlyList<double> Scales { get; init; } = OneScale;

    /// <summary>Whether the feature of the mirror image is added to the image's before normalisation.</summary>
    public bool Flip { get; init; }

    /// <summary>Its <see cref="Networks.Whitening"/>, a file beside model.json, applied last; null: none.</summary>
    public WeightsFile? Whitening { get; init; }

    /// <inheritdoc cref="FeatureNetwork.TakesAlignedFaces"/>
    public bool TakesAlignedFaces { get; init; }

    /// <summary>Engine that runs it: libtorch, or onnxruntime for the architecture onnx.</summary>
    public string Engine { get; init; } = LibtorchEngine;

    /// <summary>
    /// Number format in which features are extracted: float32, or with libtorch bfloat16, float32 going in and coming out. Attacks run the
    /// same weights in float32, see <see cref="ForGradients"/>.
    /// </summary>
    public string DataType { get; init; } = Float32DataType;

    /// <summary>Batch sizes it runs with, ascending: a batch is padded to the next of these and split by the largest.</summary>
    public IReadOnlyList<int> BatchSizes { get; init; } = DefaultBatchSizes;

    /// <summary>Licence of the weights, as their source states it.</summary>
    public string? Licence { get; init; }

    /// <summary>Where the weights come from.</summary>
    public string? Source { get; init; }

    /// <summary>The feature that it must give for the built-in pattern; null: not recorded.</summary>
    public CheckFeature? Check { get; init; }

    /// <summary>Whether its engine has no gradients, so that it can be asked for features and nothing else.</summary>
    [JsonIgnore]
    public bool IsBlackBox => Engine != LibtorchEngine;

    internal const string LibtorchEngine = "libtorch", OnnxRuntimeEngine = "onnxruntime";
    internal const string Float32DataType = "float32", BFloat16DataType = "bfloat16";

    internal torch.ScalarType TorchDataType => DataType == BFloat16DataType ? torch.ScalarType.BFloat16 : torch.ScalarType.Float32;

    internal static IReadOnlyList<double> ImageNetMean { get; } = [0.485, 0.456, 0.406];

    internal static IReadOnlyList<double> ImageNetStd { get; } = [0.229, 0.224, 0.225];

    internal static IReadOnlyList<double> OneScale { get; } = [1];

    internal static IReadOnlyList<int> DefaultBatchSizes { get; } = [1, 2, 4, 8, 16, 32];

    /// <summary>The card of the same network as attacks load it: eight bits of a gradient would not carry them.</summary>
    public ModelCard ForGradients() => this with { DataType = Float32DataType };
}
