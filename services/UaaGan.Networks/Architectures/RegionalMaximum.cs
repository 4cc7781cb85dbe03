using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// R-MAC (Tolias, Sicre, Jegou, ICLR 2016) as filipradenovic/cnnimageretrieval-pytorch has it: the maximum over the whole map and over
/// squares of three sizes, each vector divided by its length, and all added. The squares are placed in single precision as there,
/// since its rounding decides ties and moves some of them by a pixel.
/// </summary>
internal static class RegionalMaximum
{
    private const int Levels = 3;
    private const int MostFurtherRegions = 6;
    private const float WantedOverlap = 0.4f;
    private const double SmallestNorm = 1e-6;

    /// <summary>[N,C,H,W] to [N,C].</summary>
    public static Tensor Pool(Tensor map)
    {
        using var scope = NewDisposeScope();
        var pooled = UnitMaximum(map);
        foreach (var (row, column, side) in Regions((int)map.shape[2], (int)map.shape[3]))
            pooled = pooled.Plus(UnitMaximum(map.narrow(2, row, side).narrow(3, column, side)));
        return pooled.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The squares of level l have the side 2w/(l+1), rounded down, w the map's shorter side; l of them cover that side, and further
    /// ones the longer side, spread evenly.
    /// </summary>
    private static IEnumerable<(int Row, int Column, int Side)> Regions(int height, int width)
    {
        var shorter = Math.Min(height, width);
        var further = FurtherRegions(Math.Max(height, width) - shorter, shorter);
        for (var level = 1; level <= Levels; level++)
        {
            var side = 2 * shorter / (level + 1);
            if (side == 0) yield break;
            foreach (var row in Starts(height, side, level + (height > width ? further : 0)))
            {
                foreach (var column in Starts(width, side, level + (width > height ? further : 0))) yield return (row, column, side);
            }
        }
    }

    /// <summary>How many more regions the longer side has, so that neighbours of the first level overlap by about 40 %.</summary>
    private static int FurtherRegions(float surplus, float shorter) => surplus == 0 ? 0 : Enumerable.Range(1, MostFurtherRegions)
        .MinBy(count => Math.Abs((shorter * shorter - shorter * (surplus / count)) / (shorter * shorter) - WantedOverlap));

    private static IEnumerable<int> Starts(int length, int side, int count)
    {
        if (count == 1) return [0];
        var centre = side / 2 - 1;
        var step = (float)((length - side) / (double)(count - 1));
        return Enumerable.Range(0, count).Select(i => (int)(MathF.Floor(centre + i * step) - centre));
    }

    private static Tensor UnitMaximum(Tensor region)
    {
        var maximum = region.amax([2, 3]);
        return maximum / maximum.norm(1, keepdim: true).Plus(SmallestNorm);
    }
}
