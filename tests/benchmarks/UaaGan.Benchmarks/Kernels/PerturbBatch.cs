namespace UaaGan.Benchmarks;

/// <summary>A batch for perturb_forward: what a generator gave, and the images.</summary>
internal sealed class PerturbBatch
{
    public const int Channels = 3;
    public const int Levels = 8;
    public static readonly float[] Mean = [0.485f, 0.456f, 0.406f];
    public static readonly float[] Deviation = [0.229f, 0.224f, 0.225f];

    public PerturbBatch(int images, int height, int width)
    {
        (Images, Height, Width) = (images, height, width);
        var random = new Random(1);
        Original = new byte[images * height * width * Channels];
        random.NextBytes(Original);
        Raw = new float[Original.Length];
        for (int i = 0; i < Raw.Length; i++) Raw[i] = (random.NextSingle() * 4) - 2;
    }

    public int Images { get; }

    public int Height { get; }

    public int Width { get; }

    /// <summary>Planar.</summary>
    public float[] Raw { get; }

    /// <summary>Interleaved.</summary>
    public byte[] Original { get; }

    /// <summary>Raw and image read, image and network input written.</summary>
    public long Bytes => Raw.Length * 10L;
}
