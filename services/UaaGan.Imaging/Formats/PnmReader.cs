using UaaGan.Failures;

namespace UaaGan.Imaging.Formats;

/// <summary>
/// Netpbm's P1 to P6. A bitmap's 1 is black. Samples with a maximum other than 255 become v x 255 / maximum, ties to even, which also
/// brings 16 bit down to 8. Bytes after the first image are left unread.
/// </summary>
internal ref struct PnmReader
{
    private readonly ReadOnlySpan<byte> _file;
    private int _at;

    private PnmReader(ReadOnlySpan<byte> file)
    {
        _file = file;
        _at = 2;
    }

    public static bool IsSpaceOrComment(byte value) => IsSpace(value) || value == '#';

    public static PixelImage Read(ReadOnlySpan<byte> file, ImageLimits limits) => new PnmReader(file).Read(limits);

    private static bool IsSpace(byte value) => value is (byte)' ' or (>= 9 and <= 13);

    private PixelImage Read(ImageLimits limits)
    {
        var kind = _file[1] - '0';
        var width = Number("its width");
        var height = Number("its height");
        ImageDecoder.RequirePixels(width, height, limits);
        var maximum = kind is 1 or 4 ? 1 : Number("its largest value");
        if (maximum is < 1 or > 65535)
            throw Damaged($"its largest value is {maximum}; it must be between 1 and 65535");
        var channels = kind is 3 or 6 ? 3 : 1;
        var samples = checked(width * height * channels);
        return new PixelImage(width, height, channels, kind switch
        {
            1 => PlainBits(samples),
            2 or 3 => PlainSamples(samples, maximum),
            4 => PackedBits(width, height),
            _ => BinarySamples(samples, maximum),
        });
    }

    private byte[] PlainBits(int samples)
    {
        RequireLeft(samples);
        var pixels = new byte[samples];
        for (var i = 0; i < samples; i++)
        {
            SkipSpace();
            // Digits of a plain bitmap need no space between them.
            var digit = Next();
            pixels[i] = digit switch
            {
                (byte)'0' => 255,
                (byte)'1' => 0,
                _ => throw Damaged("a bit is neither 0 nor 1"),
            };
        }

        return pixels;
    }

    private byte[] PlainSamples(int samples, int maximum)
    {
        // A digit and a space each, but for the last: refuses a huge size before allocating for it.
        RequireLeft(2L * samples - 1);
        var pixels = new byte[samples];
        for (var i = 0; i < samples; i++)
            pixels[i] = Scale(Number("a sample"), maximum);
        return pixels;
    }

    private byte[] PackedBits(int width, int height)
    {
        EndHeader();
        var stride = (width + 7) / 8;
        RequireLeft((long)stride * height);
        var pixels = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            var row = _file.Slice(_at + y * stride, stride);
            for (var x = 0; x < width; x++)
                pixels[y * width + x] = (row[x >> 3] >> (7 - (x & 7)) & 1) == 1 ? (byte)0 : (byte)255;
        }

        return pixels;
    }

    private byte[] BinarySamples(int samples, int maximum)
    {
        EndHeader();
        var bytesEach = maximum > 255 ? 2 : 1;
        RequireLeft((long)samples * bytesEach);
        var raster = _file.Slice(_at, samples * bytesEach);
        if (maximum == 255)
            return raster.ToArray();
        var pixels = new byte[samples];
        for (var i = 0; i < samples; i++)
            pixels[i] = Scale(bytesEach == 1 ? raster[i] : raster[2 * i] << 8 | raster[2 * i + 1], maximum);
        return pixels;
    }

    private static byte Scale(int sample, int maximum)
    {
        if (sample > maximum)
            throw Damaged($"a sample is {sample}, above the largest value {maximum} that its header names");
        return (byte)Math.Round(sample * 255.0 / maximum);
    }

    private int Number(string what)
    {
        SkipSpace();
        var value = 0L;
        var start = _at;
        while (_at < _file.Length && char.IsAsciiDigit((char)_file[_at]))
        {
            value = value * 10 + (_file[_at++] - '0');
            if (value > int.MaxValue)
                throw Damaged($"{what} has too many digits");
        }

        if (_at == start)
            throw _at == _file.Length ? ImageFailure.Truncated(ImageFormat.Pnm) : Damaged($"{what} is no whole number");
        return (int)value;
    }

    private void SkipSpace()
    {
        while (_at < _file.Length && IsSpaceOrComment(_file[_at]))
        {
            if (_file[_at] == '#')
                SkipLine();
            else
                _at++;
        }
    }

    private void SkipLine()
    {
        while (_at < _file.Length && _file[_at] is not ((byte)'\n' or (byte)'\r'))
            _at++;
    }

    /// <summary>Exactly one space parts the header from binary samples, whose first may look like a space too.</summary>
    private void EndHeader()
    {
        if (!IsSpace(Next()))
            throw Damaged("no space follows its header");
    }

    private byte Next() => _at < _file.Length ? _file[_at++] : throw ImageFailure.Truncated(ImageFormat.Pnm);

    private readonly void RequireLeft(long bytes)
    {
        if (_file.Length - _at < bytes)
            throw ImageFailure.Truncated(ImageFormat.Pnm);
    }

    private static FailureException Damaged(string what) => ImageFailure.Corrupt(ImageFormat.Pnm, what);
}
