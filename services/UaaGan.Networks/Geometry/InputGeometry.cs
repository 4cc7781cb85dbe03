using UaaGan.Failures;
using UaaGan.Imaging;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// Resize, crop and padding of a card, for tensors (differentiable) and for images (the decoder's path): both give the same levels for
/// the same 8-bit pixels.
/// </summary>
internal sealed class InputGeometry : IDisposable
{
    // With a shorter side of 256 an image of one row and ten thousand columns would become one of 655 million pixels.
    private const int LongestSide = 16_384;

    private readonly ModelCard _card;
    private readonly int _height, _width;
    private readonly Dictionary<(long Input, int Output), ResampleMatrix> _matrices = [];

    public InputGeometry(ModelCard card)
    {
        _card = card;
        (_width, _height) = (card.Input.Width - card.Pad[0] - card.Pad[2], card.Input.Height - card.Pad[1] - card.Pad[3]);
    }

    /// <summary>Images [N,C,H,W] in [0,1] at the network's input size, padding included.</summary>
    public Tensor Apply(Tensor images)
    {
        using var scope = NewDisposeScope();
        var (height, width) = (images.shape[2], images.shape[3]);
        var size = ResizedSize(height, width);
        var resized = (height, width) == size ? images : _card.Resize switch
        {
            ResizeMode.Nearest => Nearest(Nearest(images, 3, size.Width), 2, size.Height),
            ResizeMode.Bilinear => Bilinear(images, size),
            _ => throw WrongSize(height, width),
        };
        if (size != (_height, _width)) resized = resized.narrow(2, Margin(size.Height, _height), _height).narrow(3, Margin(size.Width, _width), _width);
        var pad = _card.Pad;
        var padded = pad.All(side => side == 0) ? resized : nn.functional.pad(resized, [pad[0], pad[2], pad[1], pad[3]]);
        // The caller's own tensor stays in the caller's scope.
        return ReferenceEquals(padded, images) ? images : padded.MoveToOuterDisposeScope();
    }

    /// <summary>The same for an image.</summary>
    public PixelImage Apply(PixelImage image)
    {
        var size = ResizedSize(image.Height, image.Width);
        var resized = (image.Height, image.Width) == size ? image : _card.Resize switch
        {
            ResizeMode.Nearest => ImageResizer.Nearest(image, size.Width, size.Height),
            ResizeMode.Bilinear => ImageResizer.Bilinear(image, size.Width, size.Height),
            _ => throw WrongSize(image.Height, image.Width),
        };
        if (size == (_height, _width)) return Pad(resized);
        return Pad(new ImageBox((uint)Margin(size.Width, _width), (uint)Margin(size.Height, _height), (uint)_width, (uint)_height).Cut(resized));
    }

    public void Dispose()
    {
        foreach (var matrix in _matrices.Values) matrix.Dispose();
    }

    /// <summary>torchvision's: the shorter side as asked, the longer one rounded down.</summary>
    private (int Height, int Width) ResizedSize(long height, long width)
    {
        if (_card.ShortSide is not { } side) return (_height, _width);
        var (shorter, longer) = (Math.Min(height, width), Math.Max(height, width));
        var resized = (double)(side * longer) / shorter;
        if (resized >= LongestSide + 1) throw TooLong(height, width, side);
        return height < width ? (side, (int)resized) : ((int)resized, side);
    }

    /// <summary>What lies before the centre; half a pixel is rounded as Python rounds it.</summary>
    private static int Margin(int size, int inner) => (int)Math.Round((size - inner) / 2.0, MidpointRounding.ToEven);

    private static Tensor Nearest(Tensor images, long dimension, int size)
    {
        var inputs = images.shape[dimension];
        if (inputs == size) return images;
        // PIL's choice, the pixel under the centre of the new one, with its running sum.
        var indices = new long[size];
        var step = (double)inputs / size;
        var position = step * 0.5;
        for (var i = 0; i < size; i++, position += step) indices[i] = Math.Min((long)position, inputs - 1);
        return images.index_select(dimension, tensor(indices, device: images.device));
    }

    /// <summary>PIL's two passes, columns first; a dimension that keeps its size has none. See <see cref="ResampleMatrix"/>.</summary>
    private Tensor Bilinear(Tensor images, (int Height, int Width) size)
    {
        var levels = ResampleMatrix.SnapToLevels(images.to(ScalarType.Float64).Times(255.0));
        if (images.shape[3] != size.Width) levels = Matrix(images.shape[3], size.Width).ResizeColumns(levels);
        if (images.shape[2] != size.Height) levels = Matrix(images.shape[2], size.Height).ResizeRows(levels);
        return levels.Over(255.0).to(images.dtype);
    }

    private ResampleMatrix Matrix(long inputs, int outputs)
    {
        if (_matrices.TryGetValue((inputs, outputs), out var matrix)) return matrix;
        return _matrices[(inputs, outputs)] = new ResampleMatrix((int)inputs, outputs);
    }

    private PixelImage Pad(PixelImage image)
    {
        if (_card.Pad.All(side => side == 0)) return image;
        var (width, height, channels) = (_card.Input.Width, _card.Input.Height, image.Channels);
        var pixels = new byte[checked(width * height * channels)];
        var rowBytes = image.Width * channels;
        for (var y = 0; y < image.Height; y++)
        {
            var target = ((y + _card.Pad[1]) * width + _card.Pad[0]) * channels;
            image.Pixels.Slice(y * rowBytes, rowBytes).CopyTo(pixels.AsSpan(target));
        }

        return new PixelImage(width, height, channels, pixels);
    }

    private FailureException TooLong(long height, long width, int side) => new(FailureKind.InvalidArgument, "IMAGE_SHAPE_EXTREME",
        $"The image has {width}x{height} pixels; with a shorter side of {side}, as the model {_card.Name} takes it, the longer one would be above {LongestSide}.");

    private FailureException WrongSize(long height, long width) => new(FailureKind.InvalidArgument, "IMAGE_SIZE_MISMATCH",
        $"The image has {width}x{height} pixels and the model {_card.Name} takes {_width}x{_height} without resizing (its card says resize: none).");
}
