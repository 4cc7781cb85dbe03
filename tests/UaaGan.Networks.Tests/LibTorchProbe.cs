using TorchSharp;

namespace UaaGan.Networks.Tests;

/// <summary>Runs in a process of its own, which <see cref="LibTorchTests"/> starts.</summary>
public class LibTorchProbe
{
    [Fact(Explicit = true)]
    public void Torch_works_on_the_libraries_that_the_environment_names()
    {
        string folder = Environment.GetEnvironmentVariable(LibTorch.FolderVariable)!;
        LibTorch.LoadNamed();
        using var sum = torch.ones(3, 4).sum();
        Assert.Equal(12, sum.item<float>());
        string[] loaded = [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains("libtorch_cpu.so", StringComparison.Ordinal)).Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..]).Distinct()];
        Assert.Equal([Path.Combine(folder, "libtorch_cpu.so")], loaded);
    }
}
