using System.Buffers.Binary;
using System.Security.Cryptography;
using UaaGan.Failures;

namespace UaaGan.Imaging;

/// <summary>
/// An image as the whole project sees it: uint8, row by row from the top, the channels of a pixel side by side (HWC), 1 channel
/// (grey) or 3 (RGB), upright (EXIF orientation applied). It is immutable: whoever hands an array over gives it up.
/// </summary>
public sealed class PixelImage
{
    private readonly byte[] _pixels;

    /// <param name="width">Columns, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 (grey) or 3 (RGB).</param>
    /// <param name="pixels">width x height x channels bytes, HWC; not copied, and not to be changed afterwards.</param>
    /// <exception cref="FailureException">IMAGE_SIZE_INVALID, IMAGE_CHANNELS_INVALID or IMAGE_SHAPE_MISMATCH.</exception>
    public PixelImage(int width, int height, int channels, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        if (width < 1 || height < 1)
            throw ImageFailure.SizeInvalid(width, height);
        if (channels is not (1 or 3))
            throw ImageFailure.ChannelsInvalid(channels);
        if (pixels.LongLength != (long)width * height * channels)
            throw ImageFailure.ShapeMismatch(width, height, channels, pixels.LongLength);
        Width = width;
        Height = height;
        Channels = channels;
        _pixels = pixels;
    }

    /// <summary>Columns.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>1 (grey) or 3 (RGB).</summary>
    public int Channels { get; }

    /// <summary>The bytes, HWC: channel c of column x in row y is at (y x Width + x) x Channels + c.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>The same bytes as <see cref="Pixels"/>, for callers that keep or send them.</summary>
    public ReadOnlyMemory<byte> Memory => _pixels;

    /// <summary>The image with 3 channels: itself when it has them, else grey repeated.</summary>
    public PixelImage ToRgb()
    {
        if (Channels == 3)
            return this;
        var rgb = new byte[checked(_pixels.Length * 3)];
        for (int i = 0, o = 0; i < _pixels.Length; i++, o += 3)
        {
            var grey = _pixels[i];
            rgb[o] = grey;
            rgb[o + 1] = grey;
            rgb[o + 2] = grey;
        }
        return new PixelImage(Width, Height, 3, rgb);
    }

    /// <summary>SHA-256 of its height, width and channels (int32, little-endian) and its pixels, 64 lower-case hexadecimal digits: the same for the same image in whatever file.</summary>
    public string Sha256()
    {
        Span<byte> shape = stackalloc byte[12];
        BinaryPrimitives.WriteInt32LittleEndian(shape, Height);
        BinaryPrimitives.WriteInt32LittleEndian(shape[4..], Width);
        BinaryPrimitives.WriteInt32LittleEndian(shape[8..], Channels);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(shape);
        hash.AppendData(_pixels);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Whether both have the same width, height and number of channels.</summary>
    public bool HasShapeOf(PixelImage other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return Width == other.Width && Height == other.Height && Channels == other.Channels;
    }

    /// <summary>Whether both have the same shape and the same bytes.</summary>
    public bool HasPixelsOf(PixelImage other) => HasShapeOf(other) && Pixels.SequenceEqual(other.Pixels);

    /// <summary>Shape in words, for messages: 640x480, 3 channels.</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture,
        $"{Width}x{Height}, {Channels} {(Channels == 1 ? "channel" : "channels")}");
}
