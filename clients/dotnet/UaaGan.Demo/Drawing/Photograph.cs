using UaaGan.Imaging;

namespace UaaGan.Demo.Drawing;

/// <summary>What a camera does to the light that reaches it. One instance is one exposure.</summary>
internal sealed record Photograph
{
    /// <summary>A factor for each channel: the white balance.</summary>
    public Vec3 Gains { get; init; } = new(1, 1, 1);

    public float Exposure { get; init; } = 1;

    /// <summary>Slope of the tone curve about middle grey.</summary>
    public float Contrast { get; init; } = 1;

    /// <summary>0 is grey, 1 leaves the colours.</summary>
    public float Saturation { get; init; } = 1;

    /// <summary>Share of the light lost in the corners.</summary>
    public float Vignette { get; init; }

    /// <summary>Standard deviation of the blur, in pixels.</summary>
    public float Blur { get; init; }

    /// <summary>Standard deviation of the sensor's noise, in grey levels of 255.</summary>
    public float Grain { get; init; }

    public uint Seed { get; init; }

    /// <summary>An exposure of a camera chosen at random; <paramref name="strength"/> scales how far it is from a neutral one.</summary>
    public static Photograph Random(DrawingRandom random, float strength)
    {
        float warmth = random.Around(0.28f * strength), tint = random.Around(0.08f * strength);
        return new Photograph
        {
            Gains = new(1 + warmth, 1 + tint, 1 - warmth),
            Exposure = 1 + random.Around(0.45f * strength),
            Contrast = 1 + random.Around(0.3f * strength),
            Saturation = 1 + random.Between(-0.5f, 0.25f) * strength,
            Vignette = random.Between(0, 0.35f),
            Blur = random.Between(0.25f, 0.7f),
            Grain = random.Between(5f, 9f),
            Seed = random.Seed(),
        };
    }

    /// <summary>Exposes the canvas, which is blurred in place.</summary>
    public PixelImage Develop(Canvas canvas)
    {
        int width = canvas.Width, height = canvas.Height;
        canvas.Blur(Blur);
        var bytes = new byte[width * height * 3];
        Vec3 gains = Gains * Exposure;
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                float cx = 2f * x / width - 1, cy = 2f * y / height - 1;
                Vec3 light = canvas[x, y] * gains * (1 - Vignette * 0.5f * (cx * cx + cy * cy));
                Vec3 tone = new Vec3(Tone(light.X), Tone(light.Y), Tone(light.Z));
                float grey = tone.Luminance();
                tone = new Vec3(grey, grey, grey) + (tone - new Vec3(grey, grey, grey)) * Saturation;
                float shared = Noise.Normal(Seed, x, y);
                int at = (y * width + x) * 3;
                bytes[at] = Level(tone.X, shared, Seed + 11, x, y);
                bytes[at + 1] = Level(tone.Y, shared, Seed + 23, x, y);
                bytes[at + 2] = Level(tone.Z, shared, Seed + 37, x, y);
            }
        }

        return new PixelImage(width, height, 3, bytes);
    }

    /// <summary>Square root with a soft shoulder, so that highlights bend instead of clipping.</summary>
    private static float Tone(float light)
    {
        float v = MathF.Sqrt(MathF.Max(light, 0));
        return v > 0.8f ? 0.8f + (v - 0.8f) / (1 + (v - 0.8f) * 2.2f) : v;
    }

    private byte Level(float tone, float shared, uint seed, int x, int y)
    {
        float v = (tone - 0.45f) * Contrast + 0.45f;
        float noise = (0.85f * shared + 0.5f * Noise.Normal(seed, x, y)) * Grain;
        return (byte)Math.Clamp((int)MathF.Floor(v * 255 + noise + 0.5f), 0, 255);
    }
}
