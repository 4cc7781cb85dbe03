using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Demo.Networks;

/// <summary>Images drawn into one tensor of bytes [N,3,H,W].</summary>
internal sealed class DrawnImages : IDisposable
{
    private readonly Tensor _bytes;

    private DrawnImages(Tensor bytes) => _bytes = bytes;

    public int Count => (int)_bytes.shape[0];

    /// <param name="scenario">Who draws.</param>
    /// <param name="views">What to draw.</param>
    /// <param name="height">Rows that the drawings are resized to.</param>
    /// <param name="width">Columns that the drawings are resized to.</param>
    /// <param name="cancellation">Stops between two images.</param>
    public static DrawnImages Draw(DemoScenario scenario, IReadOnlyList<(int Identity, int View)> views, int height, int width, CancellationToken cancellation)
    {
        int plane = width * height;
        var pixels = new byte[views.Count * 3L * plane];
        Parallel.For(0, views.Count, new ParallelOptions { CancellationToken = cancellation }, i =>
        {
            PixelImage image = ImageResizer.Bilinear(scenario.Draw(views[i].Identity, views[i].View), width, height);
            for (int channel = 0; channel < 3; channel++)
                for (int p = 0; p < plane; p++) pixels[(i * 3L + channel) * plane + p] = image.Pixels[p * 3 + channel];
        });
        return new(tensor(pixels, [views.Count, 3, height, width]));
    }

    /// <summary>Some of the images, float32 in [0,1].</summary>
    public Tensor Batch(ReadOnlySpan<long> indices)
    {
        using var scope = NewDisposeScope();
        return _bytes.index_select(0, tensor(indices.ToArray())).to(ScalarType.Float32).Over(255).MoveToOuterDisposeScope();
    }

    public void Dispose() => _bytes.Dispose();
}
