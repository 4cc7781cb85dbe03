using System.Runtime.Intrinsics;
using UaaGan.Failures;

namespace UaaGan.Imaging;

/// <summary>Resizing with the arithmetic of Pillow, so that pixels are those that the field's own pipelines see.</summary>
public static class ImageResizer
{
    private const int PrecisionBits = 32 - 8 - 2;
    private const int Half = 1 << (PrecisionBits - 1);

    /// <summary>
    /// Antialiased bilinear, as Image.resize(size, BILINEAR) of Pillow: rows first, an 8-bit intermediate, then columns, weights in
    /// fixed point with 22 fractional bits.
    /// </summary>
    /// <exception cref="FailureException">IMAGE_SIZE_INVALID when a side is less than 1.</exception>
    public static PixelImage Bilinear(PixelImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (width < 1 || height < 1)
            throw ImageFailure.SizeInvalid(width, height);
        var result = image;
        if (width != image.Width)
            result = ResizeRows(result, width);
        if (height != image.Height)
            result = ResizeColumns(result, height);
        return result;
    }

    /// <summary>The nearest pixel, as Image.resize(size, NEAREST) of Pillow: the pixel under the centre of the output's pixel.</summary>
    /// <exception cref="FailureException">IMAGE_SIZE_INVALID when a side is less than 1.</exception>
    public static PixelImage Nearest(PixelImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (width < 1 || height < 1)
            throw ImageFailure.SizeInvalid(width, height);
        var columns = NearestInputs(image.Width, width);
        var rows = NearestInputs(image.Height, height);
        var channels = image.Channels;
        var pixels = new byte[checked(width * height * channels)];
        for (var y = 0; y < height; y++)
        {
            var source = image.Pixels.Slice(rows[y] * image.Width * channels, image.Width * channels);
            var target = pixels.AsSpan(y * width * channels, width * channels);
            for (var x = 0; x < width; x++)
                source.Slice(columns[x] * channels, channels).CopyTo(target[(x * channels)..]);
        }

        return new PixelImage(width, height, channels, pixels);
    }

    /// <summary>The input under the centre of each output. Pillow adds the step up rather than multiplying, which moves some ties.</summary>
    internal static int[] NearestInputs(int inputSize, int outputSize)
    {
        var step = (double)inputSize / outputSize;
        var position = step * 0.5;
        var inputs = new int[outputSize];
        for (var output = 0; output < outputSize; output++, position += step)
            inputs[output] = Math.Min((int)position, inputSize - 1);
        return inputs;
    }

    private static PixelImage ResizeRows(PixelImage image, int width)
    {
        var table = ResampleCoefficients.Bilinear(image.Width, width).ToFixedPoint();
        var channels = image.Channels;
        var pixels = new byte[checked(width * image.Height * channels)];
        for (var y = 0; y < image.Height; y++)
        {
            var source = image.Pixels.Slice(y * image.Width * channels, image.Width * channels);
            var target = pixels.AsSpan(y * width * channels, width * channels);
            if (channels == 3)
                ResizeRgbRow(source, target, table);
            else
                ResizeGreyRow(source, target, table);
        }

        return new PixelImage(width, image.Height, channels, pixels);
    }

    private static void ResizeGreyRow(ReadOnlySpan<byte> source, Span<byte> target, FixedPointCoefficients table)
    {
        for (var x = 0; x < target.Length; x++)
        {
            var weights = table.Weights.AsSpan(x * table.Stride, table.Lengths[x]);
            var inputs = source.Slice(table.Starts[x], weights.Length);
            var sum = Half;
            for (var i = 0; i < weights.Length; i++)
                sum += inputs[i] * weights[i];
            target[x] = Clip(sum);
        }
    }

    private static void ResizeRgbRow(ReadOnlySpan<byte> source, Span<byte> target, FixedPointCoefficients table)
    {
        for (int x = 0, o = 0; o < target.Length; x++, o += 3)
        {
            var weights = table.Weights.AsSpan(x * table.Stride, table.Lengths[x]);
            var inputs = source.Slice(table.Starts[x] * 3, weights.Length * 3);
            int red = Half, green = Half, blue = Half;
            for (int i = 0, s = 0; i < weights.Length; i++, s += 3)
            {
                red += inputs[s] * weights[i];
                green += inputs[s + 1] * weights[i];
                blue += inputs[s + 2] * weights[i];
            }

            target[o] = Clip(red);
            target[o + 1] = Clip(green);
            target[o + 2] = Clip(blue);
        }
    }

    private static PixelImage ResizeColumns(PixelImage image, int height)
    {
        var table = ResampleCoefficients.Bilinear(image.Height, height).ToFixedPoint();
        var rowLength = image.Width * image.Channels;
        var pixels = new byte[checked(rowLength * height)];
        var sums = new int[rowLength];
        for (var y = 0; y < height; y++)
        {
            Array.Fill(sums, Half);
            for (var i = 0; i < table.Lengths[y]; i++)
                AddRow(sums, image.Pixels.Slice((table.Starts[y] + i) * rowLength, rowLength), table.Weights[y * table.Stride + i]);
            var target = pixels.AsSpan(y * rowLength, rowLength);
            for (var x = 0; x < target.Length; x++)
                target[x] = Clip(sums[x]);
        }

        return new PixelImage(image.Width, height, image.Channels, pixels);
    }

    private static void AddRow(Span<int> sums, ReadOnlySpan<byte> row, int weight)
    {
        var x = 0;
        for (; x <= row.Length - Vector128<byte>.Count; x += Vector128<byte>.Count)
        {
            var (low, high) = Vector128.Widen(Vector128.Create(row[x..]));
            var (first, second) = Vector256.Widen(Vector256.Create(low, high));
            (Vector256.Create<int>(sums[x..]) + first.AsInt32() * weight).CopyTo(sums[x..]);
            (Vector256.Create<int>(sums[(x + 8)..]) + second.AsInt32() * weight).CopyTo(sums[(x + 8)..]);
        }

        for (; x < sums.Length; x++)
            sums[x] += row[x] * weight;
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> PrecisionBits, 0, 255);
}
