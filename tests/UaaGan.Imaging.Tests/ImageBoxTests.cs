using UaaGan.Failures;

namespace UaaGan.Imaging.Tests;

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
        Assert.Throws<FailureException>(() => new ImageBox(left, top, width, height).Restrict(Grey, Grey));
    }

    [Fact]
    public void Restricting_takes_the_box_from_one_image_and_the_rest_from_the_other()
    {
        var changed = new PixelImage(3, 2, 1, [50, 51, 52, 60, 61, 62]);
        Assert.Equal([0, 51, 52, 10, 61, 62], new ImageBox(1, 0, 2, 2).Restrict(Grey, changed).Pixels.ToArray());
        Assert.Equal([0, 1, 2, 60, 11, 12], new ImageBox(0, 1, 1, 1).Restrict(Grey, changed).Pixels.ToArray());
        Assert.True(new ImageBox(0, 0, 3, 2).Restrict(Grey, changed).HasPixelsOf(changed));
        Assert.Equal(3, new ImageBox(0, 0, 1, 1).Restrict(Grey.ToRgb(), changed.ToRgb()).Pixels.ToArray().Count(value => value == 50));
    }

    [Theory]
    [InlineData("1,2,3,4", true)]
    [InlineData("0,0,1,1", true)]
    [InlineData("0,0,0,1", false)]
    [InlineData("0,0,1,0", false)]
    [InlineData("-1,0,1,1", false)]
    [InlineData("1,2,3", false)]
    [InlineData("1,2,3,4,5", false)]
    [InlineData("1, 2,3,4", false)]
    [InlineData("1,2,3,4294967296", false)]
    [InlineData("", false)]
    public void A_box_is_written_as_four_numbers(string text, bool right)
    {
        Assert.Equal(right, ImageBox.TryParse(text, out var box));
        if (right) Assert.Equal(text, box.ToString());
    }
}
