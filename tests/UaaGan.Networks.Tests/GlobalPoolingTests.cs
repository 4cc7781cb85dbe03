using TorchSharp;

namespace UaaGan.Networks.Tests;

[Collection(PyTorchTests.Name)]
public class GlobalPoolingTests(PyTorchReference reference)
{
    [Theory]
    [InlineData("1x1")]
    [InlineData("2x32")]
    [InlineData("2x9")]
    [InlineData("3x3")]
    [InlineData("5x12")]
    [InlineData("5x9")]
    [InlineData("6x5")]
    [InlineData("7x7")]
    [InlineData("11x3")]
    [InlineData("16x8")]
    public void A_map_of_any_shape_is_pooled_as_in_pytorch(string shape)
    {
        using var scope = torch.NewDisposeScope();
        var map = reference.Read($"map.{shape}/map");
        foreach (var (recorded, pooling) in new[]
        {
            ("avg", PoolingKind.Average),
            ("mac", PoolingKind.Maximum),
            ("rmac", PoolingKind.RegionalMaximum),
            ("gem", PoolingKind.GeneralizedMean),
        })
        {
            using var pool = new GlobalPooling(pooling, 2.6);
            var error = PyTorchReference.RelativeError(reference.Read($"map.{shape}/{recorded}"), pool.call(map));
            Assert.True(error < 1e-5, $"{recorded} is off by {error}");
        }
    }

    [Fact]
    public void A_learned_exponent_of_the_weights_replaces_the_given_one()
    {
        using var scope = torch.NewDisposeScope();
        using var folder = new TemporaryFolder();
        SafetensorsWriter.Write(folder.File("p.safetensors"), new Dictionary<string, torch.Tensor> { ["p"] = torch.tensor(new[] { 2.6f }) });
        using var pool = new GlobalPooling(PoolingKind.GeneralizedMean, 7);
        using (var reader = SafetensorsReader.Open(folder.File("p.safetensors"))) ModuleWeights.Load(pool, reader);
        Assert.True(PyTorchReference.RelativeError(reference.Read("map.7x7/gem"), pool.call(reference.Read("map.7x7/map"))) < 1e-5);
    }

    [Fact]
    public void Regional_maxima_see_every_position_of_a_map()
    {
        using var scope = torch.NewDisposeScope();
        using var pool = new GlobalPooling(PoolingKind.RegionalMaximum);
        for (var position = 0; position < 6 * 11; position++)
        {
            // One position stands out in one channel: it is the maximum of its regions, beside a channel of ones.
            var map = torch.cat([torch.zeros(1, 1, 6, 11), torch.ones(1, 1, 6, 11)], 1);
            map[0, 0, position / 11, position % 11] = 100;
            // The whole map and at least one region give a unit vector along the channel.
            Assert.True(pool.call(map)[0, 0].item<float>() > 1.9f, $"position {position}");
        }
    }

    [Fact]
    public void A_map_of_zeros_has_a_zero_vector_and_finite_gradients()
    {
        foreach (var pooling in Enum.GetValues<PoolingKind>().Except([PoolingKind.GeneralizedMean]))
        {
            using var scope = torch.NewDisposeScope();
            using var pool = new GlobalPooling(pooling);
            var map = torch.zeros(1, 4, 6, 3).requires_grad_();
            var pooled = pool.call(map);
            Assert.Equal(0, pooled.abs().max().item<float>());
            Assert.True(torch.autograd.grad([pooled.sum()], [map])[0].isfinite().all().item<bool>(), $"{pooling}");
        }
    }
}
