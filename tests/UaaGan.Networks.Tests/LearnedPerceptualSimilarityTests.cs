using TorchSharp;
using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Networks.Tests;

public class LearnedPerceptualSimilarityTests(PerceptualReference reference) : IClassFixture<PerceptualReference>
{
    /// <summary>Single precision against double: half a unit of the last place is 6e-8, and sums of thousands of such errors stay below this.</summary>
    private const double Tolerance = 1e-5;

    public static TheoryData<string> Pairs => new(
        from shape in new[] { "even", "odd", "least", "narrow", "grey" } from kind in new[] { "near", "far" } select $"{shape}/{kind}");

    [Theory]
    [MemberData(nameof(Pairs))]
    public void It_is_that_of_pytorch(string pair) => Agree(pair, reference.Random, "");

    [Fact]
    public void Weights_in_pytorchs_own_file_give_the_same()
    {
        using var similarity = LearnedPerceptualSimilarity.Load(reference.File("backbone.pth"), reference.File("linear.pth"));
        Agree("odd/near", similarity, "");
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public void With_the_published_linear_layers_too(string pair) => Agree(pair, reference.Published, "published/");

    [Fact]
    public void Equal_images_differ_by_0_and_the_order_of_two_makes_no_difference()
    {
        var (first, second) = reference.Pair("odd/near");
        Assert.Equal(0, reference.Random.Compute(first, first));
        Assert.Equal(reference.Random.Compute(first, second), reference.Random.Compute(second, first));
    }

    [Fact]
    public void What_looks_more_different_is_farther()
    {
        var (image, _) = reference.Pair("even/near");
        var distances = new[] { 0.5, 1.0, 2.0 }.Select(sigma => reference.Random.Compute(image, ImageTransforms.Blur(image, sigma))!.Value).ToArray();
        Assert.Equal(distances.Order(), distances);
        Assert.True(distances[0] > 0);
    }

    [Theory]
    [InlineData(15, 64)]
    [InlineData(64, 15)]
    [InlineData(2049, 2048)]
    public void An_image_too_small_or_too_large_has_none(int width, int height)
    {
        var image = new PixelImage(width, height, 1, new byte[width * height]);
        Assert.Null(reference.Random.Compute(image, image));
    }

    [Fact]
    public void Images_of_two_shapes_are_refused()
    {
        var wrong = Assert.Throws<ArgumentException>(() => reference.Random.Compute(reference.Pair("odd/near").First, reference.Pair("even/near").First));
        Assert.Contains("one shape", wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_leaves_no_tensor_behind()
    {
        var (first, second) = reference.Pair("least/near");
        reference.Random.Compute(first, second);
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        reference.Random.Compute(first, second);
        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);
    }

    [Fact]
    public void A_file_that_is_not_what_it_should_be_is_told_by_its_part()
    {
        using var folder = new TemporaryFolder();
        var (backbone, linear) = (reference.File("backbone.safetensors"), reference.File("linear.pth"));
        Refused("linear", "WEIGHTS_FILE_NOT_FOUND", "LPIPS linear layers: There is no weights file 'absent.pth'", backbone, folder.File("absent.pth"));
        Refused("backbone", "WEIGHTS_FILE_NOT_FOUND", "LPIPS backbone: There is no weights file 'absent.pth'", folder.File("absent.pth"), linear);
        // The one in the other's place.
        Refused("linear", "WEIGHTS_DO_NOT_FIT", "5 missing (lin0.model.1.weight", backbone, backbone);
        Refused("backbone", "WEIGHTS_DO_NOT_FIT", "26 missing (features.0.bias", linear, linear);
        Refused("linear", "WEIGHTS_DO_NOT_FIT", "lin1.model.1.weight [1, 192, 1, 1] instead of [1, 128, 1, 1]", backbone, Linear("alex", 1, 192));
        Refused("linear", "LPIPS_WEIGHTS_INVALID", "negative or not finite", backbone, Linear("negative", -1, 128));
        Refused("linear", "LPIPS_WEIGHTS_INVALID", "negative or not finite", backbone, Linear("nan", float.NaN, 128));
        Refused("backbone", "WEIGHTS_FILE_DAMAGED", "LPIPS backbone: ", Cut(backbone, 1 << 20), linear);
        Refused("linear", "WEIGHTS_FILE_DAMAGED", "LPIPS linear layers: ", backbone, Cut(linear, 3000));

        void Refused(string field, string reason, string message, string backbonePath, string linearPath)
        {
            var failure = Assert.Throws<FailureException>(() => LearnedPerceptualSimilarity.Load(backbonePath, linearPath));
            Assert.Equal((field, reason), (failure.Field, failure.Reason));
            Assert.Contains(message, failure.Message, StringComparison.Ordinal);
        }

        string Linear(string name, float value, long second)
        {
            var channels = new[] { 64, second, 256, 512, 512 };
            SafetensorsWriter.Write(
                folder.File(name), channels.Index().ToDictionary(layer => $"lin{layer.Index}.model.1.weight", layer => torch.empty([1, layer.Item, 1, 1]).FillInPlace(value)));
            return folder.File(name);
        }

        string Cut(string path, int bytes)
        {
            var cut = folder.File("cut-" + Path.GetFileName(path));
            File.WriteAllBytes(cut, File.ReadAllBytes(path)[..bytes]);
            return cut;
        }
    }

    [Fact]
    public void A_backbone_with_a_number_that_is_none_is_refused()
    {
        using var folder = new TemporaryFolder();
        using var network = new Vgg16();
        using (torch.no_grad()) network.get_parameter("features.28.bias")!.FillInPlace(float.NaN);
        ModuleWeights.Save(network, folder.File("nan.safetensors"));
        var failure = Assert.Throws<FailureException>(() => LearnedPerceptualSimilarity.Load(folder.File("nan.safetensors"), reference.File("linear.pth")));
        Assert.Equal(("backbone", "LPIPS_WEIGHTS_INVALID"), (failure.Field, failure.Reason));
    }

    private void Agree(string pair, LearnedPerceptualSimilarity similarity, string prefix)
    {
        var (first, second) = reference.Pair(pair);
        var (expected, actual) = (reference.Distances[prefix + pair], similarity.Compute(first, second)!.Value);
        var error = Math.Abs(actual - expected) / expected;
        TestContext.Current.TestOutputHelper!.WriteLine(FormattableString.Invariant($"{pair}: {expected}, off by {error:E1}"));
        Assert.True(error <= Tolerance, $"{actual} instead of {expected}, off by {error}");
    }
}
