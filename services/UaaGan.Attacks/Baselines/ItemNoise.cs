using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Random starts and directions that depend on (seed, item id, draw) and on nothing else: not on the batch, the thread or torch's own generator.
/// </summary>
internal static class ItemNoise
{
    /// <summary>Independent signs, -1 or +1.</summary>
    /// <param name="shape">[N,C,H,W]; one id an image.</param>
    public static Tensor Signs(ulong seed, IReadOnlyList<string> ids, long[] shape, int draw = 0) =>
        Draw(seed, ids, shape, draw, static random => (random.Next() & 1) == 0 ? -1f : 1f);

    /// <summary>Independent values, uniform on [-1,1).</summary>
    public static Tensor Uniform(ulong seed, IReadOnlyList<string> ids, long[] shape, int draw = 0) =>
        Draw(seed, ids, shape, draw, static random => random.NextUnit() * 2f - 1f);

    /// <summary>Independent standard normal values; <paramref name="draw"/> numbers the directions of a search.</summary>
    public static Tensor Normal(ulong seed, IReadOnlyList<string> ids, long[] shape, int draw) =>
        Draw(seed, [.. ids.Select(id => "direction:" + id)], shape, draw, static random => random.NextNormal());

    private static Tensor Draw(ulong seed, IReadOnlyList<string> ids, long[] shape, int draw, Func<SeededRandom, float> next)
    {
        if (ids.Count != shape[0])
            throw new ArgumentException($"{ids.Count} ids came with {shape[0]} images", nameof(ids));
        var perItem = checked((int)(shape[1] * shape[2] * shape[3]));
        var values = new float[ids.Count * perItem];
        for (var item = 0; item < ids.Count; item++)
        {
            var random = SeededRandom.ForItem(seed, ids[item], draw);
            var end = (item + 1) * perItem;
            for (var i = item * perItem; i < end; i++)
                values[i] = next(random);
        }

        return torch.tensor(values, shape);
    }
}
