namespace UaaGan.Imaging.Formats;

/// <summary>The rule for transparency: what is seen on a white page.</summary>
internal static class Alpha
{
    private const int White = 255;

    /// <summary>(colour x alpha + 255 x (255 - alpha)) / 255, rounded to the nearest.</summary>
    public static byte OverWhite(byte colour, byte alpha) => (byte)((colour * alpha + White * (255 - alpha) + 127) / 255);

    /// <summary>From pixels with a last channel of alpha to pixels without it.</summary>
    /// <param name="pixels">HWC, <paramref name="colours"/> + 1 channels.</param>
    /// <param name="colours">1 or 3.</param>
    public static byte[] Flatten(ReadOnlySpan<byte> pixels, int colours)
    {
        var result = new byte[pixels.Length / (colours + 1) * colours];
        for (int s = 0, o = 0; s < pixels.Length; s += colours + 1)
        {
            var alpha = pixels[s + colours];
            for (var c = 0; c < colours; c++)
                result[o++] = OverWhite(pixels[s + c], alpha);
        }

        return result;
    }
}
