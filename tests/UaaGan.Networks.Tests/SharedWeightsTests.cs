using TorchSharp;

namespace UaaGan.Networks.Tests;

/// <summary>Real files of torch.save, of the shared data.</summary>
public class SharedWeightsTests
{
    [Fact]
    public void The_mobilefacenet_checkpoint_holds_the_same_bits_as_its_safetensors_file()
    {
        using var checkpoint = StateReader.Open(SharedData.Path("weights", "mobilefacenet-casia-068.ckpt"));
        using var converted = StateReader.Open(SharedData.Path("weights", "mobilefacenet-casia-068.safetensors"));
        Assert.Equal(converted.Entries.Keys, checkpoint.Entries.Keys.Where(converted.Entries.ContainsKey));
        Assert.All(checkpoint.Entries.Keys.Except(converted.Entries.Keys), key => Assert.EndsWith("num_batches_tracked", key, StringComparison.Ordinal));
        foreach (var key in converted.Entries.Keys)
        {
            using var scope = torch.NewDisposeScope();
            var (expected, actual) = (converted.Read(key), checkpoint.Read(key));
            Assert.Equal(expected.dtype, actual.dtype);
            Assert.Equal(expected.shape, actual.shape);
            Assert.True(expected.bytes.SequenceEqual(actual.bytes), key);
        }
    }

    [Fact]
    public void The_mobilefacenet_checkpoint_becomes_the_same_model()
    {
        using var folder = new TemporaryFolder();
        var repository = new ModelRepository(folder.Path);
        var model = new NewModel
        {
            Name = "mobilefacenet",
            Architecture = "mobilefacenet",
            WeightsPath = SharedData.Path("weights", "mobilefacenet-casia-068.safetensors"),
            Input = new InputSize(112, 96),
            Resize = ResizeMode.None,
            Pad = [2, 0, 2, 0],
        };
        var expected = repository.Add(model, out var copied);
        var actual = repository.Add(model with { WeightsPath = SharedData.Path("weights", "mobilefacenet-casia-068.ckpt") }, out var converted);
        Assert.Equal(expected.Check!.Feature, actual.Check!.Feature);
        Assert.Equal("mobilefacenet-casia-068.ckpt", actual.Weights.Original?.File);
        Assert.Equal("e839247cdbdfc023fb7cadeaf53a4549d50c8fc24ad154c02e35920ea8910d99", actual.Weights.Original?.Sha256);
        Assert.Empty(converted.Missing);
        Assert.Empty(converted.Unexpected);
        Assert.Equal(copied.Matched, converted.Matched.Where(key => !copied.Missing.Contains(key)));
    }

    [Theory]
    [InlineData("alex.pth", new long[] { 64, 192, 384, 256, 256 })]
    [InlineData("squeeze.pth", new long[] { 64, 128, 256, 384, 384, 512, 512 })]
    [InlineData("vgg.pth", new long[] { 64, 128, 256, 512, 512 })]
    public void The_linear_layers_of_lpips_are_not_negative(string file, long[] channels)
    {
        using var reader = StateReader.Open(SharedData.Path("weights", "lpips-linear-v0.1", file));
        Assert.Equal(channels.Select((_, i) => $"lin{i}.model.1.weight"), reader.Entries.Keys);
        Assert.Equal(channels, reader.Entries.Values.Select(entry => entry.Shape[1]));
        foreach (var key in reader.Entries.Keys)
        {
            using var tensor = reader.Read(key);
            // LPIPS (Zhang et al., CVPR 2018) clips these to be at least 0 while it learns them.
            Assert.All(tensor.data<float>().ToArray(), value => Assert.InRange(value, 0, 100));
        }
    }

    [Theory]
    [InlineData("mobilefacenet-casia-068.ckpt")]
    [InlineData("lpips-linear-v0.1/squeeze.pth")]
    [InlineData("osnet_x0_25_msmt17.safetensors")]
    public void Reading_a_real_file_takes_no_more_than_its_size_justifies(string file) =>
        Assert.Null(BoundedReading.Of(SharedData.Path(["weights", .. file.Split('/')])));
}
