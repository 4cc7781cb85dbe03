using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Asks a network yes or no about one point of each image at a time: is its feature at least a threshold away from the clean one? A batch keeps its
/// size while images in it are done, which then ask about the clean image in vain; where every row counts as a query, they are left out.
/// </summary>
internal sealed class DecisionAttack(IFeatureNetwork target, Budget budget, OptionValues options) : IAttack
{
    private readonly double _threshold = options.Number("threshold");
    private readonly int _queries = options.Integer("queries");

    public string Name => DecisionMethod.Name;

    public OptionValues Options => options;

    public Tensor Perturb(Tensor images, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        budget.Check(images);
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var reference = target.Features(images);
        var size = (int)budget.Part(images[0].unsqueeze(0)).numel();
        RaySearch[] searches = [.. ids.Select(_ => new RaySearch(size, budget.Value, _queries))];
        IEnumerator<RayPoint>?[] asking = [.. searches.Select(search => search.Points().GetEnumerator())];
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var round = NewDisposeScope();
            for (var i = 0; i < asking.Length; i++)
            {
                if (asking[i]?.MoveNext() != true)
                    asking[i] = null;
            }

            long[] active = [.. Enumerable.Range(0, asking.Length).Where(i => asking[i] is not null).Select(i => (long)i)];
            if (active.Length == 0)
                break;
            long[] rows = target.RowsAreQueries ? active : [.. Enumerable.Range(0, asking.Length).Select(i => (long)i)];
            var points = stack([.. rows.Select(i => asking[i] is { } enumerator ? Along(images, (int)i, enumerator.Current) : images[i])]);
            var far = (target.Features(points) - reference.index_select(0, tensor(rows, device: reference.device))).norm(1).IsAtLeast(_threshold).cpu().data<bool>().ToArray();
            for (var row = 0; row < rows.Length; row++)
                searches[rows[row]].Answer = far[row];
        }

        var adversarial = images.clone();
        for (var i = 0; i < searches.Length; i++)
            adversarial[i].copy_(Along(images, i, searches[i].Best with { Radius = Math.Min(searches[i].Best.Radius, budget.Value) }));
        return budget.Project(adversarial, images).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        // It owns nothing.
    }

    /// <summary>[C,H,W]: image i moved along a ray, in [0,1].</summary>
    private Tensor Along(Tensor images, int i, RayPoint point)
    {
        var moved = images.narrow(0, i, 1).clone();
        var part = budget.Part(moved);
        part.AddInPlace(tensor(point.Signs, part.shape, device: part.device).to(part.dtype).Times(point.Radius)).ClampInPlace(0, 1);
        return moved[0];
    }
}
