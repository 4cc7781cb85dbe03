using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Imaging;

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
        RequireWithin(image.Width, image.Height);
        var (left, top, width, height) = ((int)Left, (int)Top, (int)Width, (int)Height);
        var (stride, row) = (image.Width * image.Channels, width * image.Channels);
        var pixels = new byte[height * row];
        for (var y = 0; y < height; y++)
            image.Pixels.Slice((top + y) * stride + left * image.Channels, row).CopyTo(pixels.AsSpan(y * row));
        return new PixelImage(width, height, image.Channels, pixels);
    }

    /// <summary>The changed image within the box, the original everywhere else.</summary>
    /// <param name="original">The image before.</param>
    /// <param name="changed">The image after, of the same shape.</param>
    /// <exception cref="FailureException">As <see cref="Cut"/>; IMAGE_PAIR_MISMATCH when the shapes differ.</exception>
    public PixelImage Restrict(PixelImage original, PixelImage changed)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(changed);
        if (!original.HasShapeOf(changed)) throw ImageFailure.PairMismatch(original, changed);
        RequireWithin(original.Width, original.Height);
        var (stride, start, row) = (original.Width * original.Channels, (int)Left * original.Channels, (int)Width * original.Channels);
        var pixels = original.Pixels.ToArray();
        for (var y = (int)Top; y < (int)(Top + Height); y++)
            changed.Pixels.Slice(y * stride + start, row).CopyTo(pixels.AsSpan(y * stride + start));
        return new PixelImage(original.Width, original.Height, original.Channels, pixels);
    }

    /// <summary>Refuses a box that has no pixel, or that leaves an image of that size.</summary>
    /// <exception cref="FailureException">As <see cref="Cut"/>.</exception>
    public void RequireWithin(int width, int height)
    {
        RequirePixels();
        Check(Left, Width, width, "left", "width", "columns");
        Check(Top, Height, height, "top", "height", "rows");
    }

    /// <summary>Refuses a box that has no pixel.</summary>
    /// <exception cref="FailureException">InvalidArgument BOX_EMPTY, with width or height as the field.</exception>
    public void RequirePixels()
    {
        if (Width == 0) throw Fault("BOX_EMPTY", "The box has no columns; it needs at least one.", "width");
        if (Height == 0) throw Fault("BOX_EMPTY", "The box has no rows; it needs at least one.", "height");
    }

    /// <summary>left,top,width,height, as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Left},{Top},{Width},{Height}");

    /// <summary>Reads left,top,width,height: four whole numbers, the last two at least 1.</summary>
    public static bool TryParse(string text, out ImageBox box)
    {
        box = default;
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split(',');
        var numbers = new uint[4];
        if (parts.Length != numbers.Length) return false;
        for (var i = 0; i < numbers.Length; i++)
        {
            if (!uint.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i])) return false;
        }

        box = new ImageBox(numbers[0], numbers[1], numbers[2], numbers[3]);
        return box is { Width: > 0, Height: > 0 };
    }

    private static void Check(uint start, uint size, int available, string startField, string sizeField, string unit)
    {
        if (start >= (uint)available)
            throw Fault("BOX_OUTSIDE", $"The box begins after {start} {unit} and the image, upright, has {available}.", startField);
        if (size > (uint)available - start)
            throw Fault("BOX_OUTSIDE", $"The box has {size} {unit} after the first {start} and the image, upright, has {available} in all.", sizeField);
    }

    private static FailureException Fault(string reason, string message, string field) =>
        new(FailureKind.InvalidArgument, reason, message) { Field = field };
}
