using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class FeatureMemoryTests
{
    [Theory]
    [InlineData(100, 3)]
    [InlineData(300, 3)]
    [InlineData(16, 200)]
    public void It_holds_the_last_512(int batch, int batches)
    {
        using var scope = NewDisposeScope();
        using var memory = new FeatureMemory(2);
        for (int i = 0; i < batches; i++) memory.Remember(arange(batch).add(i * batch).to(ScalarType.Float32).unsqueeze(1).expand(batch, 2));

        int total = batch * batches, kept = Math.Min(512, total);
        float[] held = [.. memory.Features.select(1, 0).contiguous().data<float>().ToArray().Order()];
        Assert.Equal(Enumerable.Range(total - kept, kept).Select(number => (float)number), held);
    }

    [Fact]
    public void One_that_is_restored_forgets_as_the_first_one_does()
    {
        using var scope = NewDisposeScope();
        using var first = new FeatureMemory(2);
        using var second = new FeatureMemory(2);
        first.Remember(rand(700, 2));
        foreach (var (name, tensor) in second.State) tensor.copy_(first.State[name]);
        var next = rand(30, 2);
        first.Remember(next);
        second.Remember(next);
        Assert.Equal(first.Features.data<float>().ToArray(), second.Features.data<float>().ToArray());
    }

    [Fact]
    public void The_farthest_draw_and_neighbours_do_not()
    {
        using var scope = NewDisposeScope();
        // Unit features at 0, 60 and 120 degrees, the image's own being the first.
        var remembered = Angles(0, 60, 120);
        var clean = Angles(0);
        Assert.Equal(Math.Cos(Math.PI / 3), Similarity(60), 4);
        Assert.Equal(1, Similarity(120), 4);
        Assert.Equal(-0.5, Similarity(0), 4);

        double Similarity(double degrees) => FeatureMemory.SimilarityToFarthest(Angles(degrees), clean, remembered).item<float>();
    }

    private static Tensor Angles(params double[] degrees) =>
        tensor(degrees.SelectMany(angle => new[] { (float)Math.Cos(angle * Math.PI / 180), (float)Math.Sin(angle * Math.PI / 180) }).ToArray(), [degrees.Length, 2]);
}
