using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Demo.Networks;

/// <summary>What a ranking is worth: rectangle average precision and the first hit, with what chance would give.</summary>
internal readonly record struct RankingScore(double MeanAveragePrecision, double Rank1, double Chance);

/// <summary>Ranks the demo's own queries, clean and changed, against its clean gallery.</summary>
internal sealed class RobustnessCheck : IDisposable
{
    private const int Batch = 32;
    private readonly DemoScenario _scenario;
    private readonly TargetNetwork _network;
    private readonly DrawnImages _queries, _gallery;
    private readonly (int Identity, int View)[] _queryViews, _galleryViews;
    private readonly Tensor _galleryFeatures;

    public RobustnessCheck(DemoScenario scenario, TargetNetwork network)
    {
        (_scenario, _network) = (scenario, network);
        _queryViews = [.. scenario.Queries()];
        _galleryViews = [.. scenario.Gallery()];
        _queries = DrawnImages.Draw(scenario, _queryViews);
        _gallery = DrawnImages.Draw(scenario, _galleryViews);
        _galleryFeatures = Features(_gallery, (images, _) => images);
    }

    public RankingScore Clean() => Score((images, _) => images);

    /// <summary>Every value moved up or down by epsilon, at random.</summary>
    public RankingScore RandomSign(float epsilon)
    {
        using var random = new Generator(7);
        return Score((images, _) => (images + (rand(images.shape, generator: random) - 0.5).sign() * epsilon).clamp(0, 1));
    }

    /// <summary>Projected gradient steps away from the image's own feature.</summary>
    public RankingScore ProjectedGradient(float epsilon, int steps)
    {
        using var random = new Generator(7);
        return Score((images, clean) =>
        {
            Tensor changed = (images + (rand(images.shape, generator: random) * 2 - 1) * epsilon).clamp(0, 1);
            for (int step = 0; step < steps; step++)
            {
                using var scope = NewDisposeScope();
                Tensor variable = changed.detach().requires_grad_(true);
                Tensor distance = (_network.Features(variable) - clean).pow(2).sum();
                Tensor gradient = autograd.grad([distance], [variable])[0];
                changed = (images + (variable.detach() + gradient.sign() * (epsilon / 4) - images).clamp(-epsilon, epsilon)).clamp(0, 1).MoveToOuterDisposeScope();
            }

            return changed;
        });
    }

    public void Dispose()
    {
        _queries.Dispose();
        _gallery.Dispose();
        _galleryFeatures.Dispose();
    }

    private RankingScore Score(Func<Tensor, Tensor, Tensor> change)
    {
        using var scope = NewDisposeScope();
        Tensor features = Features(_queries, (images, clean) => change(images, clean).mul(255).round().div(255));
        float[] scores = features.matmul(_galleryFeatures.t()).data<float>().ToArray();
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

    private Tensor Features(DrawnImages images, Func<Tensor, Tensor, Tensor> change)
    {
        var parts = new List<Tensor>();
        for (int start = 0; start < images.Count; start += Batch)
        {
            using var scope = NewDisposeScope();
            Tensor batch = images.Batch([.. Enumerable.Range(start, Math.Min(Batch, images.Count - start)).Select(i => (long)i)]);
            Tensor changed = change(batch, _network.Features(batch).detach());
            parts.Add(_network.Features(changed).detach().MoveToOuterDisposeScope());
        }

        return cat(parts, 0);
    }
}
