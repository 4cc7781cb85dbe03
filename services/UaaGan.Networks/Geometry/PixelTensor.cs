using System.Runtime.InteropServices;
using TorchSharp;
using UaaGan.Imaging;

namespace UaaGan.Networks;

/// <summary>Carries pixels between images (uint8 HWC) and tensors (float32 NCHW in [0,1]).</summary>
public static class PixelTensor
{
    private const float Levels = 255f;

    /// <summary>The image as a tensor [1,C,H,W], float32 in [0,1]: level / 255.</summary>
    public static torch.Tensor FromImage(PixelImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var planes = new float[image.Pixels.Length];
        var pixels = image.Pixels;
        int channels = image.Channels, positions = image.Width * image.Height;
        for (var channel = 0; channel < channels; channel++)
        {
            var plane = planes.AsSpan(channel * positions, positions);
            for (int i = 0, p = channel; i < plane.Length; i++, p += channels) plane[i] = pixels[p] / Levels;
        }

        return FromValues(planes, [1, channels, image.Height, image.Width]);
    }

    /// <summary>An image from a tensor [1,C,H,W] or [C,H,W] of 1 or 3 channels in [0,1], rounded half to even to 8 bits.</summary>
    public static PixelImage ToImage(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        using var scope = torch.NewDisposeScope();
        var image = tensor.dim() == 4 && tensor.shape[0] == 1 ? tensor[0] : tensor;
        if (image.dim() != 3 || image.shape[0] is not (1 or 3))
            throw new ArgumentException($"The tensor [{string.Join(", ", tensor.shape)}] is no single image of 1 or 3 channels.", nameof(tensor));
        using var interleaved = image.detach().to(torch.ScalarType.Float32).cpu().permute(1, 2, 0).contiguous();
        var values = MemoryMarshal.Cast<byte, float>(interleaved.bytes);
        var bytes = new byte[values.Length];
        Quantizer.ToBytes(values, bytes);
        return new PixelImage((int)image.shape[2], (int)image.shape[1], (int)image.shape[0], bytes);
    }

    /// <summary>A float32 tensor of its own memory.</summary>
    internal static torch.Tensor FromValues(ReadOnlySpan<float> values, ReadOnlySpan<long> shape)
    {
        var tensor = torch.empty(shape, dtype: torch.ScalarType.Float32);
        values.CopyTo(MemoryMarshal.Cast<byte, float>(tensor.bytes));
        return tensor;
    }
}
