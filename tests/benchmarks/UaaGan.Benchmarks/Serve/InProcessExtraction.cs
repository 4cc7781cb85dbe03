using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Benchmarks;

/// <summary>The decoder and the network called directly, without a service: what serving is measured against.</summary>
internal sealed class InProcessExtraction(TargetNetwork network, int batch, int threads)
{
    private static readonly ImageLimits Limits = new();

    /// <summary>Features of JPEG files: batch after batch, each decoded on all threads, then run.</summary>
    public float[][] Run(IReadOnlyList<byte[]> images, CancellationToken cancellation)
    {
        List<float[]> features = new(images.Count);
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation };
        foreach (byte[][] files in images.Chunk(batch))
        {
            var inputs = new PixelImage[files.Length];
            Parallel.For(0, files.Length, parallel, i => inputs[i] = network.Preprocess(ImageDecoder.Decode(files[i], Limits)));
            features.AddRange(network.ExtractPreprocessed(inputs));
        }

        return [.. features];
    }
}
