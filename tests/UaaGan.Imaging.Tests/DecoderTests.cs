using UaaGan.Failures;

namespace UaaGan.Imaging.Tests;

public class DecoderTests
{
    [Fact]
    public void What_is_no_image_is_refused()
    {
        Assert.Equal("IMAGE_EMPTY", Pictures.Refusal(Array.Empty<byte>()));
        Assert.Equal("IMAGE_FORMAT_UNKNOWN", Pictures.Refusal(new byte[1]));
        Assert.Equal("IMAGE_FORMAT_UNKNOWN", Pictures.Refusal("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"u8.ToArray()));
        Assert.Equal("IMAGE_FORMAT_UNKNOWN", Pictures.Refusal("%PDF-1.7\n"u8.ToArray()));
        Assert.Equal("IMAGE_TRUNCATED", Pictures.Refusal(new byte[] { 0xFF, 0xD8, 0xFF }));
        Assert.Equal("IMAGE_TRUNCATED", Pictures.Refusal("GIF89a"u8.ToArray()));
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [InlineData((1L << 30) + 1, 1)]
    [InlineData(1, (1L << 29) + 1)]
    public void Limits_have_bounds(long bytes, long pixels)
    {
        var failure = Assert.Throws<FailureException>(() => new ImageLimits { MaxBytes = bytes, MaxPixels = pixels }.Validate());
        Assert.Equal("IMAGE_LIMIT_INVALID", failure.Reason);
    }

    [Fact]
    public void A_bomb_is_refused_by_its_header_alone()
    {
        // The header of a PNG says 60000x60000; there is nothing behind it that could be decoded.
        var file = ImageEncoder.Png(new PixelImage(1, 1, 1, [0]));
        new byte[] { 0, 0, 0xEA, 0x60, 0, 0, 0xEA, 0x60 }.CopyTo(file, 16);
        BitConverter.GetBytes(System.Net.IPAddress.HostToNetworkOrder(unchecked((int)Formats.Crc32.Of(file.AsSpan(12, 17))))).CopyTo(file, 29);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("IMAGE_TOO_MANY_PIXELS", Pictures.Refusal(file));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
        Assert.Equal("IMAGE_TOO_MANY_PIXELS", Pictures.Refusal("P5 60000 60000 255\n"u8.ToArray()));
    }

    [Fact]
    public void Bytes_after_the_end_are_allowed_and_a_wrong_checksum_is_not()
    {
        var image = Pictures.Noise(2, 9, 8, 3);
        var file = ImageEncoder.Png(image);
        Assert.True(Pictures.Decode([.. file, 1, 2, 3]).HasPixelsOf(image));
        file[file.Length / 2] ^= 0x55;
        Assert.Equal("IMAGE_CORRUPT", Pictures.Refusal(file));
    }

    [Theory]
    [InlineData(1, "012345")]
    [InlineData(2, "210543")]
    [InlineData(3, "543210")]
    [InlineData(4, "345012")]
    [InlineData(5, "031425")]
    [InlineData(6, "304152")]
    [InlineData(7, "524130")]
    [InlineData(8, "251403")]
    [InlineData(0, "012345")]
    [InlineData(9, "012345")]
    public void An_orientation_turns_the_stored_pixels_upright(int orientation, string expected)
    {
        // Stored: 012 above 345.
        var upright = Formats.Orientation.Apply(new PixelImage(3, 2, 1, [0, 1, 2, 3, 4, 5]), orientation);
        Assert.Equal(orientation is >= 5 and <= 8 ? (2, 3) : (3, 2), (upright.Width, upright.Height));
        Assert.Equal(expected, string.Concat(upright.Pixels.ToArray()));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void A_jpeg_with_an_exif_orientation_comes_upright(int orientation)
    {
        var stored = Pictures.Smooth(24, 16, 3);
        var plain = ImageEncoder.Jpeg(stored, 95);
        byte[] exif =
        [
            0xFF, 0xE1, 0, 34, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0, 0, 0, 0, 0,
        ];
        var image = Pictures.Decode([.. plain[..2], .. exif, .. plain[2..]]);
        Assert.True(image.HasPixelsOf(Formats.Orientation.Apply(Pictures.Decode(plain), orientation)));
    }

    [Theory]
    [InlineData(0, 0, 255)]
    [InlineData(0, 255, 0)]
    [InlineData(200, 255, 200)]
    [InlineData(200, 0, 255)]
    [InlineData(100, 128, 177)]
    [InlineData(255, 77, 255)]
    public void Alpha_is_laid_over_white(byte colour, byte alpha, byte expected)
    {
        Assert.Equal(expected, Formats.Alpha.OverWhite(colour, alpha));
        Assert.Equal(new[] { expected }, Pictures.Decode(Png(4, 8, [colour, alpha])).Pixels.ToArray());
        Assert.Equal(new[] { expected, expected, expected }, Pictures.Decode(Png(6, 8, [colour, colour, colour, alpha])).Pixels.ToArray());
    }

    [Fact]
    public void Sixteen_bits_keep_their_upper_eight()
    {
        Assert.Equal([0x12], Pictures.Decode(Png(0, 16, [0x12, 0xFF])).Pixels.ToArray());
        Assert.Equal([0xFF, 0x00, 0x80], Pictures.Decode(Png(2, 16, [0xFF, 0x00, 0x00, 0xFF, 0x80, 0x7F])).Pixels.ToArray());
    }

    /// <summary>A PNG of one pixel with this colour type and bit depth.</summary>
    private static byte[] Png(byte colourType, byte bits, byte[] pixel)
    {
        using var data = new MemoryStream();
        using (var zlib = new System.IO.Compression.ZLibStream(data, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true)) zlib.Write([0, .. pixel]);
        return
        [
            0x89, .. "PNG\r\n\u001a\n"u8, .. Chunk("IHDR"u8, [0, 0, 0, 1, 0, 0, 0, 1, bits, colourType, 0, 0, 0]), .. Chunk("IDAT"u8, data.ToArray()), .. Chunk("IEND"u8, []),
        ];
    }

    private static byte[] Chunk(ReadOnlySpan<byte> type, byte[] data)
    {
        byte[] body = [.. type, .. data];
        return [.. BigEndian((uint)data.Length), .. body, .. BigEndian(Formats.Crc32.Of(body))];
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }
}
