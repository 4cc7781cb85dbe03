namespace UaaGan.Demo.Drawing;

/// <summary>A picture of linear RGB floats while it is being drawn.</summary>
internal sealed class Canvas(int width, int height)
{
    private Vec3[] _pixels = new Vec3[width * height];

    public int Width => width;

    public int Height => height;

    public ref Vec3 this[int x, int y] => ref _pixels[y * width + x];

    /// <summary>Lays a colour over a pixel; <paramref name="cover"/> 0 leaves it, 1 replaces it.</summary>
    public void Blend(int x, int y, Vec3 colour, float cover)
    {
        ref Vec3 pixel = ref this[x, y];
        pixel = Vec3.Lerp(pixel, colour, ExactMath.Clamp01(cover));
    }

    /// <summary>A Gaussian blur with its standard deviation in pixels, edges repeated.</summary>
    public void Blur(float sigma)
    {
        if (sigma < 0.2f) return;
        int radius = (int)(sigma * 2.5f) + 1;
        var weights = new float[2 * radius + 1];
        float total = 0;
        for (int i = -radius; i <= radius; i++) total += weights[i + radius] = ExactMath.Exp(-i * i / (2 * sigma * sigma));
        for (int i = 0; i < weights.Length; i++) weights[i] /= total;

        Convolve(weights, radius, 1, 0);
        Convolve(weights, radius, 0, 1);
    }

    private void Convolve(float[] weights, int radius, int stepX, int stepY)
    {
        var result = new Vec3[_pixels.Length];
        for (int y = 0; y < height; y++)
        {
            for (int x = 0; x < width; x++)
            {
                Vec3 sum = default;
                for (int i = -radius; i <= radius; i++)
                    sum += this[Math.Clamp(x + i * stepX, 0, width - 1), Math.Clamp(y + i * stepY, 0, height - 1)] * weights[i + radius];
                result[y * width + x] = sum;
            }
        }

        _pixels = result;
    }
}
