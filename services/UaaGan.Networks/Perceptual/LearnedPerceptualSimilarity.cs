using UaaGan.Failures;
using UaaGan.Imaging;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// LPIPS of Zhang, Isola, Efros, Shechtman and Wang (CVPR 2018), version 0.1, net "vgg": how different two images look, 0 for equal ones.
/// The maps of VGG-16 after the last ReLU of each of its five stages, each pixel's channels scaled to unit length; their squared difference,
/// weighted by one learned number a channel; the mean over pixels; the sum over stages. It runs on the CPU in single precision, an image at
/// a time, and belongs to one thread.
/// </summary>
public sealed class LearnedPerceptualSimilarity : IDisposable
{
    /// <summary>Least width and height in pixels: the four poolings before the last stage leave one pixel of it.</summary>
    public const int LeastSide = 16;

    /// <summary>Most pixels of an image, 4 Mi, for which the maps take about 6 GiB.</summary>
    public const long MostPixels = 4L << 20;

    private const double LeastLength = 1e-10;

    // The origin's "scaling layer", on values from -1 to 1.
    private static readonly float[] Shift = [-0.030f, -0.088f, -0.188f], Scale = [0.458f, 0.448f, 0.450f];

    private readonly Vgg16 _backbone;
    private readonly Tensor[] _weights;
    private readonly Tensor _shift, _scale;

    private LearnedPerceptualSimilarity(Vgg16 backbone, Tensor[] weights)
    {
        (_backbone, _weights) = (backbone, weights);
        (_shift, _scale) = (PixelTensor.FromValues(Shift, [1, 3, 1, 1]), PixelTensor.FromValues(Scale, [1, 3, 1, 1]));
        _shift.DetachFromDisposeScope();
        _scale.DetachFromDisposeScope();
    }

    /// <summary>Reads both files, in any format that <see cref="StateReader"/> opens.</summary>
    /// <param name="backbonePath">Weights of VGG-16 under torchvision's keys (features.0.weight ...), as it was trained on ImageNet; its classifier may be there.</param>
    /// <param name="linearPath">The learned numbers, lin0.model.1.weight [1,64,1,1] to lin4.model.1.weight [1,512,1,1].</param>
    /// <exception cref="FailureException">What <see cref="StateReader.Open"/> and <see cref="ModuleWeights.Load"/> refuse, and FailedPrecondition
    /// LPIPS_WEIGHTS_INVALID: a number that is not finite, or a learned one below 0. The message says which file, the field is backbone or linear.</exception>
    public static LearnedPerceptualSimilarity Load(string backbonePath, string linearPath)
    {
        // The smaller file first: what is wrong shows sooner.
        var weights = Told("linear", "linear layers", () => LinearLayers(linearPath));
        try
        {
            return new LearnedPerceptualSimilarity(Told("backbone", "backbone", () => Backbone(backbonePath)), weights);
        }
        catch
        {
            foreach (var weight in weights) weight.Dispose();
            throw;
        }
    }

    /// <summary>
    /// The distance of two images of one shape, at least 0; grey ones count as three equal channels. Null when a side is under
    /// <see cref="LeastSide"/> or the image has more than <see cref="MostPixels"/>.
    /// </summary>
    /// <exception cref="ArgumentException">Width, height or channels differ.</exception>
    /// <exception cref="FailureException">FailedPrecondition LPIPS_NOT_FINITE: the backbone's maps overflow.</exception>
    public double? Compute(PixelImage first, PixelImage second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (!first.HasShapeOf(second)) throw new ArgumentException($"The images must have one shape; the first is {first}, the second {second}.", nameof(second));
        if (Math.Min(first.Width, first.Height) < LeastSide || (long)first.Width * first.Height > MostPixels) return null;
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        var (a, b) = (Maps(first), Maps(second));
        var distance = 0.0;
        for (var stage = 0; stage < a.Length; stage++) distance += Difference(a[stage], b[stage], _weights[stage]);
        return double.IsFinite(distance) ? distance : throw new FailureException(
            FailureKind.FailedPrecondition, "LPIPS_NOT_FINITE", "LPIPS is not finite: the backbone's maps overflow; its weights are not those of a trained VGG-16.");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _backbone.Dispose();
        foreach (var weight in _weights) weight.Dispose();
        _shift.Dispose();
        _scale.Dispose();
    }

    private Tensor[] Maps(PixelImage image)
    {
        var pixels = PixelTensor.FromImage(image).expand(1, Shift.Length, image.Height, image.Width);
        return _backbone.StageMaps((pixels.Times(2).Minus(1) - _shift) / _scale);
    }

    /// <summary>[1,C,h,w] twice and [1,C,1,1] to the mean over pixels, whose sum is taken in double precision.</summary>
    private static double Difference(Tensor first, Tensor second, Tensor weights)
    {
        using var scope = NewDisposeScope();
        return ((Unit(first) - Unit(second)).Squared() * weights).sum(1).to(ScalarType.Float64).mean().item<double>();
    }

    /// <summary>Where all channels are 0 they stay so.</summary>
    private static Tensor Unit(Tensor map) => map / map.Squared().sum(1, keepdim: true).sqrt().Plus(LeastLength);

    private static Vgg16 Backbone(string path)
    {
        using var reader = StateReader.Open(path);
        var backbone = new Vgg16();
        try
        {
            using var scope = NewDisposeScope();
            ModuleWeights.Load(backbone, reader, backbone.MayBeMissing, backbone.MayBeUnused);
            if (backbone.parameters().Any(weight => !weight.isfinite().all().item<bool>())) throw Invalid("holds a number that is not finite");
            backbone.eval();
            return backbone;
        }
        catch
        {
            backbone.Dispose();
            throw;
        }
    }

    private static Tensor[] LinearLayers(string path)
    {
        using var reader = StateReader.Open(path);
        using var scope = NewDisposeScope();
        var layers = Vgg16.StageChannels.Index().ToDictionary(stage => FormattableString.Invariant($"lin{stage.Index}.model.1.weight"), stage => empty([1, stage.Item, 1, 1]));
        ModuleWeights.Fill(layers, reader);
        foreach (var layer in layers.Values)
        {
            if (!layer.isfinite().all().item<bool>() || layer.IsBelow(0).any().item<bool>()) throw Invalid("holds a number that is negative or not finite");
        }

        foreach (var layer in layers.Values) layer.DetachFromDisposeScope();
        return [.. layers.Values];
    }

    private static FailureException Invalid(string what) => new(FailureKind.FailedPrecondition, "LPIPS_WEIGHTS_INVALID", $"The file {what}; those published are trained.");

    private static T Told<T>(string field, string name, Func<T> load)
    {
        try
        {
            return load();
        }
        catch (FailureException failure)
        {
            throw failure.Retell(field, $"LPIPS {name}: {failure.Message}");
        }
    }
}
