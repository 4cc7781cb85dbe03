using System.Buffers.Binary;

namespace UaaGan.Imaging.Tests;

public class BmpTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Rows_of_24_bits_are_read_in_either_order(bool topDown)
    {
        // Upper row: red, green; lower row: blue, white; two bytes of padding each.
        byte[] upper = [0, 0, 255, 0, 255, 0, 0, 0], lower = [255, 0, 0, 255, 255, 255, 0, 0];
        var file = Bmp(2, topDown ? -2 : 2, 24, topDown ? [.. upper, .. lower] : [.. lower, .. upper]);
        Assert.Equal([255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255], Pictures.Decode(file).Pixels.ToArray());
    }

    [Fact]
    public void A_palette_of_colours_gives_rgb_and_one_of_greys_gives_grey()
    {
        byte[] colours = [10, 20, 30, 0, 1, 2, 3, 0], greys = [5, 5, 5, 0, 9, 9, 9, 0];
        Assert.Equal([30, 20, 10, 3, 2, 1, 3, 2, 1], Pictures.Decode(Bmp(3, 1, 8, [0, 1, 1, 0], colours)).Pixels.ToArray());
        var grey = Pictures.Decode(Bmp(3, 1, 8, [0, 1, 1, 0], greys));
        Assert.Equal((1, 3), (grey.Channels, grey.Width));
        Assert.Equal([5, 9, 9], grey.Pixels.ToArray());
        Assert.Equal([5, 9, 9], Pictures.Decode(Bmp(3, 1, 4, [0x01, 0x10, 0, 0], greys)).Pixels.ToArray());
        Assert.Equal([5, 9, 5, 9, 5, 9, 5, 9, 9], Pictures.Decode(Bmp(9, 1, 1, [0b01010101, 0b10000000, 0, 0], greys)).Pixels.ToArray());
    }

    [Fact]
    public void The_fourth_byte_of_plain_32_bits_is_padding()
    {
        Assert.Equal([3, 2, 1], Pictures.Decode(Bmp(1, 1, 32, [1, 2, 3, 0])).Pixels.ToArray());
    }

    [Fact]
    public void Plain_16_bits_have_five_each()
    {
        Assert.Equal([255, 0, 131], Pictures.Decode(Bmp(1, 1, 16, [0x10, 0x7C, 0, 0])).Pixels.ToArray());
    }

    [Fact]
    public void Bit_fields_are_read()
    {
        byte[] masks = [0x00, 0xF8, 0, 0, 0xE0, 0x07, 0, 0, 0x1F, 0, 0, 0];
        Assert.Equal([255, 0, 131], Pictures.Decode(Bmp(1, 1, 16, [0x10, 0xF8, 0, 0], masks, compression: 3)).Pixels.ToArray());
    }

    [Theory]
    [InlineData(0, 1, 24, 0u, "IMAGE_SIZE_INVALID")]
    [InlineData(-1, 1, 24, 0u, "IMAGE_SIZE_INVALID")]
    [InlineData(2, 1, 24, 0u, "IMAGE_TRUNCATED")]
    [InlineData(1, 2, 24, 0u, "IMAGE_TRUNCATED")]
    [InlineData(100000, 100000, 1, 0u, "IMAGE_TOO_MANY_PIXELS")]
    [InlineData(1, int.MinValue, 1, 0u, "IMAGE_TOO_MANY_PIXELS")]
    [InlineData(1, 1, 7, 0u, "IMAGE_CORRUPT")]
    [InlineData(1, 1, 8, 1u, "IMAGE_VARIANT_UNSUPPORTED")]
    [InlineData(1, 1, 4, 2u, "IMAGE_VARIANT_UNSUPPORTED")]
    [InlineData(1, 1, 24, 4u, "IMAGE_VARIANT_UNSUPPORTED")]
    [InlineData(1, 1, 24, 3u, "IMAGE_VARIANT_UNSUPPORTED")]
    [InlineData(1, 1, 8, 0u, "IMAGE_CORRUPT")]
    [InlineData(1, 1, 32, 3u, "IMAGE_CORRUPT")]
    public void A_malformed_header_is_refused(int width, int height, ushort bits, uint compression, string reason)
    {
        Assert.Equal(reason, Pictures.Refusal(Bmp(width, height, bits, [1, 2, 3, 4], palette: compression == 3 ? new byte[12] : [], compression)));
    }

    [Theory]
    [InlineData(2, "IMAGE_TRUNCATED")]
    [InlineData(17, "IMAGE_TRUNCATED")]
    [InlineData(40, "IMAGE_TRUNCATED")]
    [InlineData(57, "IMAGE_TRUNCATED")]
    public void A_cut_file_is_refused(int length, string reason) =>
        Assert.Equal(reason, Pictures.Refusal(Bmp(1, 1, 24, [1, 2, 3, 0]).AsMemory(0, length)));

    [Theory]
    [InlineData(10, 20, "IMAGE_CORRUPT")]
    [InlineData(10, int.MaxValue, "IMAGE_TRUNCATED")]
    [InlineData(10, -1, "IMAGE_TRUNCATED")]
    [InlineData(14, 41, "IMAGE_CORRUPT")]
    [InlineData(14, -1, "IMAGE_CORRUPT")]
    public void A_field_that_lies_is_refused(int offset, int value, string reason)
    {
        var file = Bmp(1, 1, 24, [1, 2, 3, 0]);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(offset), value);
        Assert.Equal(reason, Pictures.Refusal(file));
    }

    private static byte[] Bmp(int width, int height, ushort bits, byte[] raster, byte[]? palette = null, uint compression = 0)
    {
        var before = palette ?? [];
        var file = new byte[54 + before.Length + raster.Length];
        "BM"u8.CopyTo(file);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(10), 54 + before.Length);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(14), 40);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(18), width);
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(22), height);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(28), bits);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(30), compression);
        if (compression == 0) BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(46), before.Length / 4);
        before.CopyTo(file, 54);
        raster.CopyTo(file, 54 + before.Length);
        return file;
    }
}
