using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Networks;

/// <summary>A rectangle of an image's pixels, such as the object of a query of Oxford or Paris.</summary>
/// <param name="Left">Columns left of it, from 0.</param>
/// <param name="Top">Rows above it, from 0.</param>
/// <param name="Width">Its columns, at least 1.</param>
/// <param name="Height">Its rows, at least 1.</param>
public readonly record struct ImageBox(uint Left, uint Top, uint Width, uint Height)
{
    /// <summary>What lies within it, pixel by pixel.</summary>
    /// <exception cref="FailureException">InvalidArgument BOX_EMPTY or BOX_OUTSIDE, with left, top, width or height as the field.</exception>
    public PixelImage Cut(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        Check(Left, Width, image.Width, "left", "width", "columns");
        Check(Top, Height, image.Height, "top", "height", "rows");
        var (left, top, width, height) = ((int)Left, (int)Top, (int)Width, (int)Height);
        var (stride, row) = (image.Width * image.Channels, width * image.Channels);
        var pixels = new byte[height * row];
        for (var y = 0; y < height; y++)
            image.Pixels.Slice((top + y) * stride + left * image.Channels, row).CopyTo(pixels.AsSpan(y * row));
        return new PixelImage(width, height, image.Channels, pixels);
    }

    private static void Check(uint start, uint size, int available, string startField, string sizeField, string unit)
    {
        if (size == 0) throw Fault("BOX_EMPTY", $"The box has no {unit}; it needs at least one.", sizeField);
        if (start >= (uint)available)
            throw Fault("BOX_OUTSIDE", $"The box begins after {start} {unit} and the image, upright, has {available}.", startField);
        if (size > (uint)available - start)
            throw Fault("BOX_OUTSIDE", $"The box has {size} {unit} after the first {start} and the image, upright, has {available} in all.", sizeField);
    }

    private static FailureException Fault(string reason, string message, string field) =>
        new(FailureKind.InvalidArgument, reason, message) { Field = field };
}
