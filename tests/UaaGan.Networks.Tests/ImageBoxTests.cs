using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Networks.Tests;

public class ImageBoxTests
{
    private static readonly PixelImage Grey = new(3, 2, 1, [0, 1, 2, 10, 11, 12]);

    [Theory]
    [InlineData(0, 0, 3, 2, new byte[] { 0, 1, 2, 10, 11, 12 })]
    [InlineData(1, 0, 2, 2, new byte[] { 1, 2, 11, 12 })]
    [InlineData(0, 1, 2, 1, new byte[] { 10, 11 })]
    [InlineData(2, 1, 1, 1, new byte[] { 12 })]
    public void What_lies_within_is_cut_out(uint left, uint top, uint width, uint height, byte[] expected)
    {
        var cut = new ImageBox(left, top, width, height).Cut(Grey);
        Assert.Equal(((int)width, (int)height, 1), (cut.Width, cut.Height, cut.Channels));
        Assert.Equal(expected, cut.Pixels);
        Assert.Equal([.. expected.SelectMany(value => new[] { value, value, value })], new ImageBox(left, top, width, height).Cut(Grey.ToRgb()).Pixels);
    }

    [Theory]
    [InlineData(0, 0, 0, 1, "BOX_EMPTY", "width")]
    [InlineData(0, 0, 1, 0, "BOX_EMPTY", "height")]
    [InlineData(3, 0, 1, 1, "BOX_OUTSIDE", "left")]
    [InlineData(0, 2, 1, 1, "BOX_OUTSIDE", "top")]
    [InlineData(1, 0, 3, 1, "BOX_OUTSIDE", "width")]
    [InlineData(0, 1, 1, 2, "BOX_OUTSIDE", "height")]
    [InlineData(1, 0, uint.MaxValue, 1, "BOX_OUTSIDE", "width")]
    [InlineData(0, uint.MaxValue, 1, uint.MaxValue, "BOX_OUTSIDE", "top")]
    public void What_leaves_the_image_is_refused_by_field(uint left, uint top, uint width, uint height, string reason, string field)
    {
        var failure = Assert.Throws<FailureException>(() => new ImageBox(left, top, width, height).Cut(Grey));
        Assert.Equal((FailureKind.InvalidArgument, reason, field), (failure.Kind, failure.Reason, failure.Field));
    }
}
