using System.Runtime.InteropServices;
using UaaGan.Attacks;
using UaaGan.Imaging;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Demo.Networks;

/// <summary>What a ranking is worth: rectangle average precision and the first hit, with what chance would give.</summary>
internal readonly record struct RankingScore(double MeanAveragePrecision, double Rank1, double Chance)
{
    /// <summary>Share of the mAP above chance that is lost: 0 no effect, 1 as good as chance.</summary>
    public double Lost(RankingScore adversarial) => (MeanAveragePrecision - adversarial.MeanAveragePrecision) / (MeanAveragePrecision - Chance);
}

/// <summary>Ranks the demo's own queries, clean and attacked, against its clean gallery.</summary>
internal sealed class RobustnessCheck : IDisposable
{
    private const int Batch = 32;

    private readonly DemoScenario _scenario;
    private readonly TargetNetwork _network;
    private readonly DrawnImages _queries, _gallery;
    private readonly (int Identity, int View)[] _queryViews, _galleryViews;
    private readonly Tensor _galleryFeatures;

    public RobustnessCheck(DemoScenario scenario, TargetNetwork network, CancellationToken cancellation)
    {
        (_scenario, _network) = (scenario, network);
        _queryViews = [.. scenario.Queries()];
        _galleryViews = [.. scenario.Gallery()];
        _queries = DrawnImages.Draw(scenario, _queryViews, scenario.Height, scenario.Width, cancellation);
        _gallery = DrawnImages.Draw(scenario, _galleryViews, scenario.Height, scenario.Width, cancellation);
        _galleryFeatures = Features(_gallery, (images, _) => images);
        Clean = Score((images, _) => images);
    }

    public RankingScore Clean { get; }

    /// <summary>The score under an attack, and the mean SSIM of its queries, both as they are saved: rounded to uint8.</summary>
    public (RankingScore Score, double Similarity) Under(IAttack attack, CancellationToken cancellation)
    {
        double similarity = 0;
        RankingScore score = Score((images, first) =>
        {
            string[] ids = [.. Enumerable.Range(first, (int)images.shape[0]).Select(i => $"query {i}")];
            Tensor saved = attack.Perturb(images, ids, cancellation).Times(255).round();
            similarity += Similarity(images.Times(255).round(), saved);
            return saved.Over(255);
        });
        return (score, similarity / _queryViews.Length);
    }

    public void Dispose()
    {
        _queries.Dispose();
        _gallery.Dispose();
        _galleryFeatures.Dispose();
    }

    private RankingScore Score(Func<Tensor, int, Tensor> change)
    {
        using var scope = NewDisposeScope();
        float[] scores = Features(_queries, change).matmul(_galleryFeatures.t()).data<float>().ToArray();
        int gallery = _galleryViews.Length;
        double precision = 0, first = 0, chance = 0;
        for (int q = 0; q < _queryViews.Length; q++)
        {
            int[] candidates = [.. Enumerable.Range(0, gallery).Where(g => !IsJunk(_queryViews[q], _galleryViews[g]))];
            int[] ranked = [.. candidates.OrderByDescending(g => scores[q * gallery + g])];
            int hits = 0;
            double sum = 0;
            for (int i = 0; i < ranked.Length; i++)
                if (_galleryViews[ranked[i]].Identity == _queryViews[q].Identity) sum += ++hits / (i + 1.0);
            precision += sum / hits;
            first += _galleryViews[ranked[0]].Identity == _queryViews[q].Identity ? 1 : 0;
            int n = ranked.Length;
            double harmonic = Enumerable.Range(1, n).Sum(i => 1.0 / i);
            chance += ((hits - 1.0) / (n - 1) * (n - harmonic) + harmonic) / n;
        }

        return new(precision / _queryViews.Length, first / _queryViews.Length, chance / _queryViews.Length);
    }

    private bool IsJunk((int Identity, int View) query, (int Identity, int View) item) => query.Identity == item.Identity && (_scenario.Protocol == DemoScenarios.Market1501
        ? query.View % 6 == item.View % 6
        : query.View == item.View);

    private Tensor Features(DrawnImages images, Func<Tensor, int, Tensor> change)
    {
        var parts = new List<Tensor>();
        for (int start = 0; start < images.Count; start += Batch)
        {
            using var scope = NewDisposeScope();
            Tensor batch = images.Batch([.. Enumerable.Range(start, Math.Min(Batch, images.Count - start)).Select(i => (long)i)]);
            parts.Add(_network.Features(change(batch, start)).detach().MoveToOuterDisposeScope());
        }

        Tensor features = cat(parts, 0);
        foreach (Tensor part in parts) part.Dispose();
        return features;
    }

    /// <summary>The sum of the SSIM of images [N,3,H,W] in grey levels.</summary>
    private static double Similarity(Tensor originals, Tensor changed) =>
        Pixels(originals).Zip(Pixels(changed), (original, other) => ImageQuality.Compare(original, other).Ssim!.Value).Sum();

    private static PixelImage[] Pixels(Tensor images)
    {
        using var scope = NewDisposeScope();
        (int height, int width) = ((int)images.shape[2], (int)images.shape[3]);
        ReadOnlySpan<byte> bytes = MemoryMarshal.AsBytes(images.to(ScalarType.Byte).permute(0, 2, 3, 1).contiguous().bytes);
        var pixels = new PixelImage[images.shape[0]];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = new PixelImage(width, height, 3, bytes.Slice(i * height * width * 3, height * width * 3).ToArray());
        return pixels;
    }
}
