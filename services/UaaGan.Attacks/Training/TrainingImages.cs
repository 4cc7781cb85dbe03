using System.Security.Cryptography;
using System.Text;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// The unlabelled images of a training, at one size, as uint8 [N,C,H,W]: a quarter of the memory of float32. Grey stays one channel
/// when all are grey, else it is repeated.
/// </summary>
internal sealed class TrainingImages : IDisposable
{
    private readonly Tensor _pixels;
    private readonly (int Height, int Width)[] _sizes;
    private readonly int[] _training, _validation;

    private TrainingImages(Tensor pixels, (int Height, int Width)[] sizes, int[] training, int[] validation, string[] imageHashes)
    {
        _pixels = pixels;
        _sizes = sizes;
        _training = training;
        _validation = validation;
        ImageHashes = imageHashes;
        Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(imageHashes))));
    }

    /// <summary>Images that train.</summary>
    public int Count => _training.Length;

    /// <summary>Images that are held out to choose the best checkpoint, or some that train when there are too few.</summary>
    public int ValidationCount => _validation.Length;

    /// <summary>Rows and columns of every image here.</summary>
    public (int Height, int Width) Size => ((int)_pixels.shape[2], (int)_pixels.shape[3]);

    /// <summary>1 or 3.</summary>
    public int Channels => (int)_pixels.shape[1];

    /// <summary>SHA-256 over the images' own, as they were given, in order.</summary>
    public string Sha256 { get; }

    /// <summary>Each image's own, as it was given, in order: what an evaluation looks its queries up in.</summary>
    public IReadOnlyList<string> ImageHashes { get; }

    /// <param name="images">At least 2.</param>
    /// <param name="options">train-size and validation-share.</param>
    /// <param name="seed">Chooses the images held out.</param>
    public static TrainingImages From(IReadOnlyList<PixelImage> images, OptionValues options, ulong seed)
    {
        var (height, width) = CommonSize(images, options.Choice("train-size"));
        var channels = images.All(image => image.Channels == 1) ? 1 : 3;
        var area = height * width;
        var pixels = new byte[checked(images.Count * channels * area)];
        for (var i = 0; i < images.Count; i++)
        {
            var image = channels == 3 ? images[i].ToRgb() : images[i];
            if (image.Width != width || image.Height != height)
                image = ImageResizer.Bilinear(image, width, height);
            var target = pixels.AsSpan(i * channels * area, channels * area);
            for (var p = 0; p < area; p++)
            {
                for (var c = 0; c < channels; c++)
                    target[c * area + p] = image.Pixels[p * channels + c];
            }
        }

        var (training, validation) = Split(images.Count, options.Number("validation-share"), seed);
        return new TrainingImages(
            tensor(pixels, [images.Count, channels, height, width], ScalarType.Byte).DetachFromDisposeScope(),
            [.. images.Select(image => (image.Height, image.Width))], training, validation, [.. images.Select(image => image.Sha256())]);
    }

    /// <summary>Training images by their places among <see cref="Count"/>: float32 [n,C,H,W] in [0,1].</summary>
    public TrainingBatch Batch(ReadOnlySpan<int> places)
    {
        var indices = new long[places.Length];
        for (var i = 0; i < indices.Length; i++)
            indices[i] = _training[places[i]];
        return new TrainingBatch(Select(indices), [.. indices.Select(index => _sizes[index])]);
    }

    /// <summary>The validation images: float32 [n,C,H,W] in [0,1].</summary>
    public Tensor Validation() => Select([.. _validation.Select(index => (long)index)]);

    public void Dispose() => _pixels.Dispose();

    private Tensor Select(long[] indices) => _pixels.index_select(0, tensor(indices)).to(ScalarType.Float32).Over(255);

    private static (int[] Training, int[] Validation) Split(int count, double share, ulong seed)
    {
        const int Most = 64, Fewest = 8;
        var order = SeededRandom.For(seed, "validation", 0).Permutation(count);
        var held = Math.Min(Most, (int)Math.Round(count * share));
        return held < Fewest ? (Ascending(order), order[..Math.Min(Most, count)]) : (Ascending(order[held..]), order[..held]);
    }

    private static int[] Ascending(int[] indices) => [.. indices.Order()];

    private static (int Height, int Width) CommonSize(IReadOnlyList<PixelImage> images, string option) => option == "auto"
        ? images.GroupBy(image => (image.Height, image.Width))
            .OrderByDescending(group => group.Count()).ThenBy(group => group.Key).First().Key
        : OptionDefinition.ParseSize(option);
}
