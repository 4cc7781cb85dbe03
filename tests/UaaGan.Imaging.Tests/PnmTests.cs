using System.Text;

namespace UaaGan.Imaging.Tests;

public class PnmTests
{
    [Theory]
    [InlineData("P1 3 2 101 010", 1, new byte[] { 0, 255, 0, 255, 0, 255 })]
    [InlineData("P1\n3 2\n# bits\n1 0 1 0 1 0\n", 1, new byte[] { 0, 255, 0, 255, 0, 255 })]
    [InlineData("P2 3 1 255 0 7 255", 1, new byte[] { 0, 7, 255 })]
    [InlineData("P2 # comment\n3 1\n15\n0 8 15", 1, new byte[] { 0, 136, 255 })]
    [InlineData("P2 4 1 2 0 1 2 1", 1, new byte[] { 0, 128, 255, 128 })]
    [InlineData("P2 3 1 65535 0 32768 65535", 1, new byte[] { 0, 128, 255 })]
    [InlineData("P3 1 2 255 1 2 3 4 5 6", 3, new byte[] { 1, 2, 3, 4, 5, 6 })]
    [InlineData("P5 3 1 255\nabc", 1, new byte[] { 97, 98, 99 })]
    [InlineData("P5 3 1 255\n abc", 1, new byte[] { 32, 97, 98 })]
    [InlineData("P6 1 1 255\nabcTRAILING", 3, new byte[] { 97, 98, 99 })]
    [InlineData("P6\r\n1\t1\r\n127 @\x7f\0", 3, new byte[] { 129, 255, 0 })]
    public void Each_kind_is_read(string text, int channels, byte[] expected)
    {
        var image = Pictures.Decode(Encoding.Latin1.GetBytes(text));
        Assert.Equal(channels, image.Channels);
        Assert.Equal(expected, image.Pixels.ToArray());
    }

    [Fact]
    public void Packed_bits_and_two_byte_samples_are_read()
    {
        var bits = Pictures.Decode([.. "P4 10 2\n"u8, 0b10000001, 0b01_111111, 0b11111111, 0b00_000000]);
        Assert.Equal((10, 2), (bits.Width, bits.Height));
        Assert.Equal([0, 255, 255, 255, 255, 255, 255, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255], bits.Pixels.ToArray());
        Assert.Equal([0, 128, 255], Pictures.Decode([.. "P5 3 1 65535\n"u8, 0, 0, 0x80, 0, 0xFF, 0xFF]).Pixels.ToArray());
        Assert.Equal([0, 255], Pictures.Decode([.. "P5 2 1 256\n"u8, 0, 0, 1, 0]).Pixels.ToArray());
    }

    [Theory]
    [InlineData("P5", "IMAGE_FORMAT_UNKNOWN")]
    [InlineData("P7 1 1 255\na", "IMAGE_FORMAT_UNKNOWN")]
    [InlineData("P5 ", "IMAGE_TRUNCATED")]
    [InlineData("P5 3", "IMAGE_TRUNCATED")]
    [InlineData("P5 3 1 255", "IMAGE_TRUNCATED")]
    [InlineData("P5 3 1 255\nab", "IMAGE_TRUNCATED")]
    [InlineData("P5 3 # 1 255\nabc", "IMAGE_CORRUPT")]
    [InlineData("P5 3 1 255#\nabc", "IMAGE_CORRUPT")]
    [InlineData("P5 x 1 255\nabc", "IMAGE_CORRUPT")]
    [InlineData("P5 -3 1 255\nabc", "IMAGE_CORRUPT")]
    [InlineData("P5 0 1 255\nabc", "IMAGE_SIZE_INVALID")]
    [InlineData("P5 3 1 0\nabc", "IMAGE_CORRUPT")]
    [InlineData("P5 3 1 65536\nabc", "IMAGE_CORRUPT")]
    [InlineData("P5 3 1 96\nabc", "IMAGE_CORRUPT")]
    [InlineData("P5 99999999999 1 255\nabc", "IMAGE_CORRUPT")]
    [InlineData("P5 2147483647 2147483647 255\nabc", "IMAGE_TOO_MANY_PIXELS")]
    [InlineData("P2 2 1 255 1", "IMAGE_TRUNCATED")]
    [InlineData("P2 2 1 255 1 256", "IMAGE_CORRUPT")]
    [InlineData("P2 2 1 255 1 -1", "IMAGE_CORRUPT")]
    [InlineData("P2 8000 8000 255 1 2 3", "IMAGE_TRUNCATED")]
    [InlineData("P1 2 1 12", "IMAGE_CORRUPT")]
    [InlineData("P1 2 2 101", "IMAGE_TRUNCATED")]
    [InlineData("P4 9 1\na", "IMAGE_TRUNCATED")]
    public void A_malformed_file_is_refused(string text, string reason) => Assert.Equal(reason, Pictures.Refusal(Encoding.Latin1.GetBytes(text)));
}
