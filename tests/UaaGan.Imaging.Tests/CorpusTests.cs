namespace UaaGan.Imaging.Tests;

/// <summary>
/// Every file of the codec corpus, against Pillow 9.4.0: size and channels after EXIF orientation, and the mean grey level of the four
/// quarters (upper left, upper right, lower left, lower right; alpha over white), which tell a turned or mirrored picture.
/// </summary>
public class CorpusTests
{
    // JPEG decoders differ by a level here and there; a quarter's mean by far less.
    private const double MeanTolerance = 0.3;

    [Theory]
    [InlineData("containers/animated-loop-3.gif", 370, 285, 3, 253.7, 253.7, 251.4, 251.9)]
    [InlineData("containers/app13-multiple.jpg", 256, 160, 3, 130.4, 117.9, 102.9, 106.0)]
    [InlineData("containers/bmp-g-pal8.bmp", 127, 64, 3, 135.8, 138.3, 94.6, 104.5)]
    [InlineData("containers/bmp-g-pal8topdown.bmp", 127, 64, 3, 135.8, 138.3, 94.6, 104.5)]
    [InlineData("containers/bmp-g-rgb16-565.bmp", 127, 64, 3, 137.4, 139.3, 96.9, 106.1)]
    [InlineData("containers/bmp-g-rgb24.bmp", 127, 64, 3, 137.6, 139.5, 97.4, 106.7)]
    [InlineData("containers/hopper.bmp", 128, 128, 3, 82.5, 126.6, 63.9, 80.6)]
    [InlineData("containers/hopper.gif", 128, 128, 3, 82.5, 126.5, 63.8, 80.7)]
    [InlineData("containers/hopper.tif", 128, 128, 3, 82.5, 126.6, 63.9, 80.6)]
    [InlineData("containers/hopper.webp", 128, 128, 3, 82.5, 126.5, 64.0, 80.8)]
    [InlineData("containers/icc_profile_big.jpg", 425, 250, 3, 62.5, 69.0, 143.6, 168.7)]
    [InlineData("containers/junk_jpeg_header.jpg", 1024, 768, 3, 197.0, 155.2, 64.6, 49.5)]
    [InlineData("containers/rotating-squares.webp", 80, 80, 3, 218.2, 212.5, 212.5, 212.4)]
    [InlineData("containers/uncompressed_tiff.tiff", 246, 345, 3, 171.0, 103.7, 178.5, 115.4)]
    [InlineData("exif/Landscape_1.jpg", 600, 450, 3, 112.1, 120.8, 82.0, 53.5)]
    [InlineData("exif/Landscape_2.jpg", 600, 450, 3, 98.2, 107.2, 69.3, 42.5)]
    [InlineData("exif/Landscape_3.jpg", 600, 450, 3, 98.2, 107.3, 69.1, 42.9)]
    [InlineData("exif/Landscape_4.jpg", 600, 450, 3, 98.1, 107.1, 69.1, 42.8)]
    [InlineData("exif/Landscape_5.jpg", 600, 450, 3, 98.4, 107.0, 69.1, 42.7)]
    [InlineData("exif/Landscape_6.jpg", 600, 450, 3, 98.3, 107.2, 69.4, 42.8)]
    [InlineData("exif/Landscape_7.jpg", 600, 450, 3, 98.4, 107.3, 69.1, 41.9)]
    [InlineData("exif/Landscape_8.jpg", 600, 450, 3, 98.4, 107.3, 69.4, 43.0)]
    [InlineData("exif/Portrait_3.jpg", 450, 600, 3, 102.2, 109.3, 88.2, 81.8)]
    [InlineData("exif/Portrait_6.jpg", 450, 600, 3, 102.4, 109.3, 88.5, 81.8)]
    [InlineData("exif/Portrait_8.jpg", 450, 600, 3, 102.3, 109.3, 88.5, 81.8)]
    [InlineData("exif/broken_exif_dpi.jpg", 100, 100, 3, 43.0, 43.0, 43.0, 43.0)]
    [InlineData("exif/exif_imagemagick_orientation.png", 512, 512, 3, 143.5, 143.5, 143.3, 143.3)]
    [InlineData("exif/exif_typeerror.jpg", 800, 531, 3, 184.3, 172.7, 127.3, 132.1)]
    [InlineData("exif/hopper_bad_exif.jpg", 500, 500, 1, 106.8, 169.5, 92.0, 133.6)]
    [InlineData("exif/hopper_orientation_6.webp", 128, 128, 3, 82.6, 126.6, 64.1, 80.9)]
    [InlineData("photos/2569067123_aca715a2ee_o.jpg", 2725, 2225, 3, 89.7, 59.3, 86.3, 83.7)]
    [InlineData("photos/320x240.jpg", 320, 240, 3, 204.5, 209.2, 206.4, 201.5)]
    [InlineData("photos/4.webp", 1024, 772, 3, 141.3, 135.0, 163.4, 139.0)]
    [InlineData("photos/Landscape_9.jpg", 480, 369, 3, 189.6, 172.4, 112.2, 100.0)]
    [InlineData("photos/concert.jpg", 400, 267, 1, 23.3, 102.6, 10.7, 18.2)]
    [InlineData("photos/demo-dog.jpg", 1546, 1213, 3, 111.8, 45.0, 113.9, 133.0)]
    [InlineData("photos/demo-hello.png", 400, 400, 3, 108.5, 98.2, 196.4, 183.2)]
    [InlineData("photos/flower.jpg", 480, 360, 3, 126.1, 104.2, 121.1, 109.1)]
    [InlineData("photos/flower2.jpg", 300, 225, 3, 95.1, 97.4, 92.2, 78.3)]
    [InlineData("photos/flowers.jpeg", 1920, 1080, 3, 160.5, 160.5, 160.5, 160.5)]
    [InlineData("photos/hopper.jpg", 128, 128, 3, 82.5, 126.6, 63.9, 80.7)]
    [InlineData("photos/hopper.png", 128, 128, 3, 82.5, 126.6, 63.9, 80.6)]
    public void A_file_decodes_to_the_picture_that_pillow_sees(
        string file, int width, int height, int channels, double upperLeft, double upperRight, double lowerLeft, double lowerRight)
    {
        var image = Pictures.Decode(Read(file));
        Assert.Equal((width, height, channels), (image.Width, image.Height, image.Channels));
        var (w, h) = (width / 2, height / 2);
        Assert.Equal(upperLeft, Mean(image, 0, 0, w, h), MeanTolerance);
        Assert.Equal(upperRight, Mean(image, width - w, 0, w, h), MeanTolerance);
        Assert.Equal(lowerLeft, Mean(image, 0, height - h, w, h), MeanTolerance);
        Assert.Equal(lowerRight, Mean(image, width - w, height - h, w, h), MeanTolerance);
    }

    [Fact]
    public void Every_file_of_the_corpus_has_its_line_above()
    {
        var root = SharedData.Path("codec-corpus");
        var known = typeof(CorpusTests).GetMethod(nameof(A_file_decodes_to_the_picture_that_pillow_sees))!.CustomAttributes
            .Select(attribute => attribute.ConstructorArguments).Where(arguments => arguments.Count == 1)
            .Select(arguments => (IReadOnlyList<System.Reflection.CustomAttributeTypedArgument>)arguments[0].Value!)
            .Select(values => (string)values[0].Value!);
        var present = Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path));
        Assert.Equal(present.Order(StringComparer.Ordinal), known.Append("exif/orientation_rectangle.jpg").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_lying_rectangle_with_orientation_6_stands()
    {
        var image = Pictures.Decode(Read("exif/orientation_rectangle.jpg"));
        Assert.Equal((1, 2), (image.Width, image.Height));
    }

    /// <summary>ImageMagick keeps EXIF in a text of the PNG; the picture stands on its head in the file, and is nearly symmetric.</summary>
    [Fact]
    public void An_orientation_in_a_text_of_a_png_counts()
    {
        var image = Pictures.Decode(Read("exif/exif_imagemagick_orientation.png"));
        Assert.Equal([254, 254, 254], image.Pixels.Slice((100 * 512 + 10) * 3, 3).ToArray());
        Assert.Equal([35, 31, 32], image.Pixels.Slice((10 * 512 + 400) * 3, 3).ToArray());
    }

    [Theory]
    [InlineData("Landscape")]
    [InlineData("Portrait")]
    public void The_files_of_all_orientations_show_one_picture(string shape)
    {
        var files = Directory.GetFiles(SharedData.Path("codec-corpus", "exif"), $"{shape}_*.jpg");
        Assert.Equal(shape == "Landscape" ? 8 : 3, files.Length);
        // Landscape_1 is another exposure of the scene than 2 to 8 are.
        var images = files.Where(file => !file.EndsWith("Landscape_1.jpg", StringComparison.Ordinal)).Select(file => Pictures.Decode(File.ReadAllBytes(file))).ToArray();
        foreach (var image in images[1..])
        {
            Assert.True(image.HasShapeOf(images[0]));
            var quality = ImageQuality.Compare(images[0], image);
            Assert.True(quality.PsnrDb > 20, $"{quality.PsnrDb} dB");
        }
    }

    [Theory]
    [InlineData("containers/hopper.bmp")]
    [InlineData("containers/hopper.tif")]
    [InlineData("photos/hopper.png")]
    public void Lossless_files_of_one_picture_have_the_same_pixels(string file)
    {
        Assert.True(Pictures.Decode(Read(file)).HasPixelsOf(Pictures.Decode(Read("containers/hopper.bmp"))));
    }

    [Fact]
    public void A_top_down_bitmap_is_the_bottom_up_one()
    {
        Assert.True(Pictures.Decode(Read("containers/bmp-g-pal8.bmp")).HasPixelsOf(Pictures.Decode(Read("containers/bmp-g-pal8topdown.bmp"))));
    }

    [Theory]
    [InlineData("photos/hopper.jpg")]
    [InlineData("photos/hopper.png")]
    [InlineData("containers/hopper.webp")]
    [InlineData("containers/hopper.gif")]
    [InlineData("containers/hopper.tif")]
    [InlineData("containers/hopper.bmp")]
    public void A_file_cut_anywhere_is_refused(string file)
    {
        var whole = Read(file);
        for (var part = 1; part < 20; part++)
        {
            var reason = Pictures.Refusal(whole.AsMemory(0, whole.Length * part / 20));
            Assert.Contains(reason, new[] { "IMAGE_TRUNCATED", "IMAGE_CORRUPT" });
        }

        Pictures.Refusal(whole.AsMemory(0, 1));
        Pictures.Refusal(whole.AsMemory(0, 9));
    }

    [Theory]
    [InlineData("photos/hopper.jpg")]
    [InlineData("photos/hopper.png")]
    [InlineData("containers/hopper.webp")]
    [InlineData("containers/hopper.gif")]
    [InlineData("containers/hopper.tif")]
    [InlineData("containers/hopper.bmp")]
    public void The_limits_hold_for_every_format(string file)
    {
        var whole = Read(file);
        const int Pixels = 128 * 128;
        Assert.Equal("IMAGE_TOO_MANY_PIXELS", Pictures.Refusal(whole, new ImageLimits { MaxPixels = Pixels - 1 }));
        Assert.Equal("IMAGE_TOO_LARGE", Pictures.Refusal(whole, new ImageLimits { MaxBytes = whole.Length - 1 }));
        Assert.Equal(128, ImageDecoder.Decode(whole, new ImageLimits { MaxPixels = Pixels, MaxBytes = whole.Length }).Width);
    }

    [Theory]
    [InlineData("photos/hopper.jpg")]
    [InlineData("photos/hopper.png")]
    [InlineData("containers/hopper.webp")]
    [InlineData("containers/hopper.gif")]
    [InlineData("containers/hopper.tif")]
    [InlineData("containers/hopper.bmp")]
    public void A_damaged_file_is_an_image_or_a_refusal_and_nothing_else(string file)
    {
        var whole = Read(file);
        var random = new Random(1);
        for (var round = 0; round < 60; round++)
        {
            var damaged = whole.ToArray();
            for (var i = 0; i < 8; i++) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                ImageDecoder.Decode(damaged, new ImageLimits { MaxPixels = 1 << 20 });
            }
            catch (Failures.FailureException failure)
            {
                Assert.Equal(Failures.FailureKind.InvalidArgument, failure.Kind);
            }
        }
    }

    private static byte[] Read(string file) => File.ReadAllBytes(SharedData.Path(["codec-corpus", .. file.Split('/')]));

    private static double Mean(PixelImage image, int left, int top, int width, int height)
    {
        var sum = 0L;
        for (var y = top; y < top + height; y++)
        {
            foreach (var value in image.Pixels.Slice((y * image.Width + left) * image.Channels, width * image.Channels)) sum += value;
        }

        return (double)sum / (width * height * image.Channels);
    }
}
