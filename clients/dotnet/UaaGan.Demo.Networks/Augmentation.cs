using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Demo.Networks;

/// <summary>What happens to training images: mirror, shift, zoom, light, blur, holes, and noise, which teaches the network not to care about it.</summary>
internal static class Augmentation
{
    public static Tensor Apply(Tensor images, double noiseLevels, Generator random)
    {
        using var scope = NewDisposeScope();
        long count = images.shape[0];
        Tensor Each(double low, double high) => rand([count, 1, 1, 1], generator: random).Times(high - low).Plus(low);

        // Mirror, zoom, turn and shift in one sampling.
        Tensor mirror = rand([count], generator: random).IsBelow(0.5).to(ScalarType.Float32).Times(2).Minus(1);
        Tensor zoom = rand([count], generator: random).Times(0.24).Plus(0.88), turn = rand([count], generator: random).Minus(0.5).Times(0.16);
        Tensor shift = rand([count, 2, 1], generator: random).Minus(0.5).Times(0.16);
        Tensor first = stack([zoom * mirror, -turn], 1).unsqueeze(1), second = stack([turn * mirror, zoom], 1).unsqueeze(1);
        Tensor affine = cat([cat([first, second], 1), shift], 2);
        Tensor moved = nn.functional.grid_sample(images, nn.functional.affine_grid(affine, images.shape, false),
            padding_mode: GridSamplePaddingMode.Reflection, align_corners: false);

        // Light: a gain for each channel, contrast about the mean, and a little less colour.
        moved = moved * (Each(0.75, 1.25) * rand([count, 3, 1, 1], generator: random).Minus(0.5).Times(0.3).Plus(1));
        Tensor mean = moved.mean([1, 2, 3], keepdim: true);
        moved = ((moved - mean) * Each(0.8, 1.25)).Plus(mean);
        moved = moved.lerp(moved.mean([1], keepdim: true).expand_as(moved), Each(-0.2, 0.6).AtLeast(0));

        // Blur, for a third of the images.
        Tensor blurred = nn.functional.avg_pool2d(moved, 3, stride: 1, padding: 1, count_include_pad: false);
        moved = moved.lerp(blurred, Each(-2, 1).AtLeast(0));

        moved = Hole(moved, random);

        // Noise: normal for one half of the images, signs for the other.
        Tensor normal = randn(moved.shape, generator: random), sign = normal.sign();
        Tensor noise = where(Each(0, 1).IsBelow(0.5), normal, sign) * Each(-0.3 * noiseLevels / 255, noiseLevels / 255).AtLeast(0);
        return moved.Plus(noise).Within(0, 1).MoveToOuterDisposeScope();
    }

    /// <summary>Grey rectangles over 40 % of the images (random erasing; Zhong et al., AAAI 2020).</summary>
    private static Tensor Hole(Tensor images, Generator random)
    {
        long count = images.shape[0];
        Tensor Centre(int dimension)
        {
            long size = images.shape[dimension];
            Tensor middle = rand([count, 1, 1, 1], generator: random).Times(size), half = rand([count, 1, 1, 1], generator: random).Times(0.15).Plus(0.05).Times(size);
            long[] shape = dimension == 2 ? [1, 1, size, 1] : [1, 1, 1, size];
            return (tensor([.. Enumerable.Range(0, (int)size).Select(place => (float)place)], shape) - middle).abs() < half;
        }

        Tensor chosen = rand([count, 1, 1, 1], generator: random).IsBelow(0.4);
        Tensor hole = Centre(2).logical_and(Centre(3)).logical_and(chosen);
        return where(hole, rand([count, 3, 1, 1], generator: random), images);
    }
}
