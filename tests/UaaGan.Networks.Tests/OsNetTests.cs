using TorchSharp;

namespace UaaGan.Networks.Tests;

public class OsNetTests
{
    [Fact]
    public void The_shared_osnet_weights_fit_without_a_remainder()
    {
        using var reader = SafetensorsReader.Open(SharedData.Path("weights", "osnet_x0_25_msmt17.safetensors"));
        using var network = ArchitectureRegistry.Create("osnet_x0_25");

        var report = ModuleWeights.Load(network, reader, network.MayBeMissing, network.MayBeUnused);

        Assert.Equal(565, report.Matched.Count);
        Assert.Empty(report.Reshaped);
        Assert.Empty(report.Missing);
        Assert.Empty(report.Unexpected);
        network.eval();
        using var output = network.call(torch.zeros(2, 3, 256, 128));
        Assert.Equal([2, 512], output.shape);
    }
}
