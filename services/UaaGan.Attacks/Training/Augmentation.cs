using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Random flips and shifts of a training batch, from (seed, step) alone.</summary>
internal sealed class Augmentation(ulong seed, bool flips, int largestShift)
{
    /// <summary>A batch [N,C,H,W] of the same shape.</summary>
    public Tensor Apply(Tensor images, long step)
    {
        if (!flips && largestShift == 0)
            return images;
        var random = SeededRandom.For(seed, "augmentation", step);
        long height = images.shape[2], width = images.shape[3];
        var shift = (int)Math.Min(largestShift, Math.Min(height, width) - 1);
        var padded = shift == 0 ? images : nn.functional.pad(images, [shift, shift, shift, shift], PaddingModes.Reflect);
        var changed = new Tensor[images.shape[0]];
        for (var i = 0; i < changed.Length; i++)
        {
            var image = padded[i];
            if (shift > 0)
                image = image.narrow(1, random.NextBelow(2 * shift + 1), height).narrow(2, random.NextBelow(2 * shift + 1), width);
            changed[i] = flips && (random.Next() & 1) == 0 ? image.flip(2) : image;
        }

        return stack(changed);
    }
}
