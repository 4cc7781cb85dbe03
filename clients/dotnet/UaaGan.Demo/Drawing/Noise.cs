namespace UaaGan.Demo.Drawing;

/// <summary>Value noise on integer lattices, and sums of its octaves.</summary>
internal static class Noise
{
    /// <summary>White noise in [0, 1) at a lattice point.</summary>
    public static float Hash(uint seed, int x, int y, int z = 0)
    {
        unchecked
        {
            uint h = seed ^ (uint)x * 0x8DA6B343u ^ (uint)y * 0xD8163841u ^ (uint)z * 0xCB1AB31Fu;
            h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
            h = (h ^ (h >> 12)) * 0x297A2D39u;
            return ((h ^ (h >> 15)) >> 8) * (1f / 16777216);
        }
    }

    /// <summary>Smooth noise in [0, 1) with features about one unit wide.</summary>
    public static float Smooth(uint seed, float x, float y)
    {
        float fx = MathF.Floor(x), fy = MathF.Floor(y);
        int ix = (int)fx, iy = (int)fy;
        float tx = Fade(x - fx), ty = Fade(y - fy);
        float low = ExactMath.Lerp(Hash(seed, ix, iy), Hash(seed, ix + 1, iy), tx);
        float high = ExactMath.Lerp(Hash(seed, ix, iy + 1), Hash(seed, ix + 1, iy + 1), tx);
        return ExactMath.Lerp(low, high, ty);
    }

    /// <summary>Smooth noise in space.</summary>
    public static float Smooth(uint seed, Vec3 p)
    {
        float fz = MathF.Floor(p.Z);
        int layer = (int)fz;
        unchecked
        {
            float near = Smooth(seed + (uint)layer * 0x9E3779B9u, p.X, p.Y);
            float far = Smooth(seed + (uint)(layer + 1) * 0x9E3779B9u, p.X, p.Y);
            return ExactMath.Lerp(near, far, Fade(p.Z - fz));
        }
    }

    /// <summary>Octaves of smooth noise, each twice as fine and half as strong; about [0, 1), mean 0.5.</summary>
    public static float Fractal(uint seed, float x, float y, int octaves)
    {
        float sum = 0, weight = 0.5f, total = 0;
        for (int octave = 0; octave < octaves; octave++)
        {
            sum += weight * Smooth(seed + (uint)octave, x, y);
            total += weight;
            weight *= 0.5f;
            x = x * 2 + 17.3f;
            y = y * 2 - 9.1f;
        }

        return sum / total;
    }

    /// <summary>About a standard normal deviate (four uniforms) at a lattice point.</summary>
    public static float Normal(uint seed, int x, int y)
    {
        float sum = Hash(seed, x, y) + Hash(seed + 1, x, y) + Hash(seed + 2, x, y) + Hash(seed + 3, x, y);
        return (sum - 2) * 1.7320508f;
    }

    private static float Fade(float t) => t * t * (3 - 2 * t);
}
