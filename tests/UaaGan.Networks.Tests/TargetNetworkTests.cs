using TorchSharp;
using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Networks.Tests;

public class TargetNetworkTests
{
    [Fact]
    public void A_demo_network_gives_unit_features_with_gradients_for_the_pixels()
    {
        torch.random.manual_seed(3);
        var card = TestCards.Demo();
        using var target = new TargetNetwork(card, ArchitectureRegistry.Create("demo_resnet"));
        using var scope = torch.NewDisposeScope();
        var images = torch.rand(2, 1, 40, 30).requires_grad_();

        var features = target.Features(images);

        Assert.Equal([2, 64], features.shape);
        Assert.True((features.norm(1) - 1).abs().max().item<float>() < 1e-5f);
        var gradient = torch.autograd.grad([features[0, 0]], [images])[0];
        Assert.Equal(images.shape, gradient.shape);
        Assert.True(gradient[0].abs().max().item<float>() > 0);
        Assert.Equal(0, gradient[1].abs().max().item<float>());
    }

    [Theory]
    [InlineData("demo_resnet", 64, 48, ResizeMode.Bilinear, 90, 70)]
    [InlineData("demo_resnet", 64, 48, ResizeMode.Bilinear, 33, 100)]
    [InlineData("demo_resnet", 64, 48, ResizeMode.Nearest, 32, 24)]
    [InlineData("demo_resnet", 64, 48, ResizeMode.None, 64, 48)]
    [InlineData("osnet_x0_25", 128, 64, ResizeMode.Bilinear, 100, 50)]
    [InlineData("mobilenet_v2", 64, 64, ResizeMode.Bilinear, 70, 70)]
    [InlineData("mobilefacenet", 112, 96, ResizeMode.Bilinear, 100, 90)]
    public void The_gradient_is_finite_and_reaches_every_pixel_through_the_resize(
        string architecture, int height, int width, ResizeMode resize, int imageHeight, int imageWidth)
    {
        torch.random.manual_seed(5);
        var network = ArchitectureRegistry.Create(architecture);
        var card = TestCards.Demo() with { Architecture = architecture, FeatureDimension = network.FeatureDimension, Input = new InputSize(height, width), Resize = resize };
        using var target = new TargetNetwork(card, network);
        using var scope = torch.NewDisposeScope();
        var image = torch.rand(1, 3, imageHeight, imageWidth).requires_grad_();

        var gradient = torch.autograd.grad([(target.Features(image) * torch.randn(network.FeatureDimension)).sum()], [image])[0];

        Assert.Equal(image.shape, gradient.shape);
        Assert.True(gradient.isfinite().all().item<bool>());
        // A few pixels may lie where every ReLU is off or no nearest neighbour falls.
        Assert.True(gradient.abs().gt(0).to(torch.ScalarType.Float32).mean().item<float>() > 0.9f);
    }

    [Theory]
    [InlineData("demo_resnet", 64, 48, false, false)]
    [InlineData("demo_resnet", 64, 48, true, true)]
    [InlineData("osnet_x0_25", 128, 64, false, false)]
    [InlineData("mobilenet_v2", 64, 64, true, false)]
    [InlineData("mobilefacenet", 112, 96, false, false)]
    [InlineData("iresnet18", 112, 112, true, false)]
    [InlineData("resnet18", 64, 64, false, true)]
    [InlineData("vgg16", 64, 64, false, false)]
    public void The_map_is_the_first_views_and_the_features_beside_it_are_the_same(string architecture, int height, int width, bool flip, bool scaled)
    {
        torch.random.manual_seed(7);
        var network = ArchitectureRegistry.Create(architecture);
        var card = TestCards.Demo() with
        {
            Architecture = architecture,
            FeatureDimension = network.FeatureDimension,
            Input = new InputSize(height, width),
            Flip = flip,
            Scales = scaled ? [0.75, 1] : [1],
        };
        using var target = new TargetNetwork(card, network);
        using var plain = new TargetNetwork(card with { Flip = false, Scales = [card.Scales[0]] }, network);
        using var scope = torch.NewDisposeScope();
        var images = torch.rand(2, 3, height, width).requires_grad_();

        var (features, map) = target.FeaturesAndMap(images);

        using var noGradient = torch.no_grad();
        Assert.False(features.requires_grad || map.requires_grad);
        Assert.True((features - target.Features(images)).abs().max().item<float>() < 1e-6f);
        Assert.Equal((2, target.MapChannels), (map.shape[0], map.shape[1]));
        Assert.True(map.shape[2] > 1 && map.shape[3] > 1);
        Assert.Equal(0f, (target.Map(images) - map).abs().max().item<float>());
        // Of the map alone the plain card's feature comes: it is of the image itself at the first scale, whatever other views there are.
        var embedded = torch.nn.functional.normalize(network.Embed(map), p: 2, dim: 1);
        Assert.True((embedded - plain.Features(images)).abs().max().item<float>() < 1e-5f);
    }

    [Fact]
    public void The_gradient_through_padding_and_resize_is_the_transposed_product_of_matrices()
    {
        torch.random.manual_seed(6);
        var card = TestCards.Demo() with { Input = new InputSize(16, 20), Pad = [2, 0, 2, 0] };
        using var geometry = new InputGeometry(card);
        using var scope = torch.NewDisposeScope();
        var weights = torch.rand(1, 1, 16, 20);
        var image = torch.rand(1, 1, 9, 11).requires_grad_();

        var gradient = torch.autograd.grad([(geometry.Apply(image) * weights).sum()], [image])[0];

        var matrixRows = Matrix(9, 16);
        var matrixColumns = Matrix(11, 16);
        var expected = matrixRows.t().matmul(weights[0, 0].narrow(1, 2, 16)).matmul(matrixColumns);
        Assert.True((gradient[0, 0] - expected).abs().max().item<float>() < 1e-5f);

        static torch.Tensor Matrix(int inputs, int outputs) => torch.tensor(ResampleCoefficients.Bilinear(inputs, outputs).ToMatrix(), [outputs, inputs]);
    }

    [Theory]
    [InlineData(ResizeMode.Bilinear, 3, 97, 61)]
    [InlineData(ResizeMode.Bilinear, 1, 20, 31)]
    [InlineData(ResizeMode.Bilinear, 3, 64, 61)]
    [InlineData(ResizeMode.Nearest, 3, 97, 61)]
    [InlineData(ResizeMode.Nearest, 1, 20, 31)]
    public void Tensors_and_images_are_brought_to_the_same_levels(ResizeMode resize, int channels, int height, int width)
    {
        var pixels = new byte[height * width * channels];
        new Random(width).NextBytes(pixels);
        var image = new PixelImage(width, height, channels, pixels);
        using var geometry = new InputGeometry(TestCards.Demo() with { Resize = resize, Pad = [1, 2, 3, 4] });
        using var scope = torch.NewDisposeScope();

        var fromTensor = PixelTensor.ToImage(geometry.Apply(PixelTensor.FromImage(image)));

        Assert.True(fromTensor.HasPixelsOf(geometry.Apply(image)));
    }

    [Fact]
    public void An_image_of_another_size_is_refused_where_the_card_does_not_resize()
    {
        using var target = new TargetNetwork(TestCards.Demo() with { Resize = ResizeMode.None }, ArchitectureRegistry.Create("demo_resnet"));
        using var scope = torch.NewDisposeScope();
        Assert.Equal("IMAGE_SIZE_MISMATCH", Assert.Throws<FailureException>(() => target.Features(torch.rand(1, 3, 48, 64))).Reason);
        Assert.Equal("IMAGE_SIZE_MISMATCH", Assert.Throws<FailureException>(() => target.Extract([CheckPattern.Image(64, 48)])).Reason);
    }

    [Fact]
    public void A_network_of_one_input_size_refuses_another_and_several_scales()
    {
        var card = TestCards.Demo() with { Architecture = "mobilefacenet", FeatureDimension = 128, Input = new InputSize(112, 96) };
        Refused(card with { Input = new InputSize(112, 112) }, "112x96");
        Refused(card with { Scales = [1, 0.5] }, "scales");
        using var taken = new TargetNetwork(card with { Flip = true }, ArchitectureRegistry.Create("mobilefacenet"));

        static void Refused(ModelCard card, string named)
        {
            using var network = ArchitectureRegistry.Create("mobilefacenet");
            var failure = Assert.Throws<FailureException>(() => new TargetNetwork(card, network));
            Assert.Equal("MODEL_INPUT_INVALID", failure.Reason);
            Assert.Contains(named, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void With_flip_an_image_and_its_mirror_image_have_one_feature()
    {
        torch.random.manual_seed(11);
        using var target = new TargetNetwork(TestCards.Demo() with { Flip = true, Scales = [1, 0.5] }, ArchitectureRegistry.Create("demo_resnet"));
        using var scope = torch.NewDisposeScope();
        var image = torch.rand(1, 3, 64, 48);
        Assert.True((target.Features(image) - target.Features(image.flip(3))).norm().item<float>() < 1e-5f);
    }

    [Fact]
    public void A_grey_image_is_its_rgb_repetition()
    {
        torch.random.manual_seed(7);
        using var target = new TargetNetwork(TestCards.Demo(), ArchitectureRegistry.Create("demo_resnet"));
        var grey = new PixelImage(48, 64, 1, [.. Enumerable.Range(0, 48 * 64).Select(i => (byte)(i * 7))]);
        Assert.Equal(target.Extract([grey])[0], target.Extract([grey.ToRgb()])[0]);
    }

    [Fact]
    public void A_feature_is_the_same_in_every_settled_batch_and_place()
    {
        torch.random.manual_seed(8);
        using var target = new TargetNetwork(TestCards.Demo(), ArchitectureRegistry.Create("demo_resnet"));
        target.SettleBatchSizes();
        Assert.NotEmpty(target.BatchSizes);
        Assert.All(target.BatchSizes, size => Assert.Contains(size, target.Card.BatchSizes));
        var random = new Random(1);
        var images = Enumerable.Range(0, 40).Select(_ =>
        {
            var pixels = new byte[64 * 48 * 3];
            random.NextBytes(pixels);
            return new PixelImage(48, 64, 3, pixels);
        }).ToArray();
        var alone = images.Select(image => target.ExtractPreprocessed([image])[0]).ToArray();
        foreach (var count in new[] { 2, 3, 5, 9, 17, 33, 40 })
        {
            Assert.Equal(alone[..count], target.ExtractPreprocessed(images[..count]));
            Assert.Equal(alone[^count..], target.ExtractPreprocessed(images[^count..]));
        }
    }

    [Fact]
    public void A_zero_feature_is_refused_with_its_index_and_the_others_stand()
    {
        using var target = Zeroed();
        var black = new PixelImage(24, 32, 3, new byte[24 * 32 * 3]);
        var lit = CheckPattern.Image(24, 32);

        var failure = Assert.Throws<FailureException>(() => target.Extract([lit, lit, black, lit]));
        Assert.Equal((FailureKind.FailedPrecondition, "FEATURE_INVALID", "2"), (failure.Kind, failure.Reason, failure.Metadata["index"]));

        var results = target.TryExtractPreprocessed([lit, black, lit]);
        Assert.Equal([null, "is zero", null], results.Select(result => result.Fault));
        Assert.Equal(results[0].Feature, results[2].Feature);
    }

    [Fact]
    public void Pooling_with_exponent_one_is_the_mean_and_a_large_exponent_nears_the_maximum()
    {
        using var scope = torch.NewDisposeScope();
        var map = torch.rand(2, 3, 4, 5);
        var mean = new GlobalPooling(PoolingKind.Average).call(map);
        Assert.True((new GlobalPooling(PoolingKind.GeneralizedMean, 1).call(map) - mean).abs().max().item<float>() < 1e-6f);
        var three = new GlobalPooling(PoolingKind.GeneralizedMean, 3).call(map);
        Assert.True((three - map.pow(3).mean([2, 3]).pow(1.0 / 3)).abs().max().item<float>() < 1e-6f);
        var maximum = map.flatten(2).amax([2]);
        Assert.True((new GlobalPooling(PoolingKind.GeneralizedMean, 100).call(map) - maximum).abs().max().item<float>() < 0.05f);
    }

    [Fact]
    public void Nothing_is_left_alive_after_features_and_gradients()
    {
        torch.random.manual_seed(9);
        using var target = new TargetNetwork(TestCards.Demo(), ArchitectureRegistry.Create("demo_resnet"));
        // The first round keeps the matrices of its resize.
        Round();
        var before = DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        for (var round = 0; round < 3; round++) Round();

        Assert.Equal(before, DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount);

        void Round()
        {
            target.Extract([CheckPattern.Image(50, 60), CheckPattern.Image(10, 10)]);
            using var scope = torch.NewDisposeScope();
            var image = torch.rand(1, 3, 60, 50).requires_grad_();
            torch.autograd.grad([target.Features(image).sum()], [image]);
        }
    }

    /// <summary>A network without biases behind a card without mean: a black image has a zero feature.</summary>
    private static TargetNetwork Zeroed()
    {
        torch.random.manual_seed(4);
        var options = new Dictionary<string, int> { ["width"] = 4, ["stages"] = 2, ["feature_dimension"] = 16, ["feature_batch_norm"] = 0 };
        var network = ArchitectureRegistry.Create("demo_resnet", new ArchitectureOptions { Values = options });
        using (torch.no_grad()) network.state_dict()["embedding.linear.bias"].zero_();
        var card = TestCards.Demo() with { FeatureDimension = 16, Input = new InputSize(32, 24), ArchitectureOptions = options, Mean = [0, 0, 0], Std = [1, 1, 1] };
        return new TargetNetwork(card, network);
    }
}
