using TorchSharp;

namespace UaaGan.Networks.Tests;

/// <summary>Which libraries torch runs on: the program's own, or in a process that <see cref="LibTorchTests"/> starts, those that are named.</summary>
[Collection("the named libtorch")]
public class LibTorchProbe
{
    [Fact]
    public void Torch_works_on_the_libraries_that_the_environment_names_or_else_on_its_own()
    {
        string folder = Environment.GetEnvironmentVariable(LibTorch.FolderVariable) ?? AppContext.BaseDirectory;
        LibTorch.LoadNamed();
        using var sum = torch.ones(3, 4).sum();
        Assert.Equal(12, sum.item<float>());
        string[] loaded = [.. File.ReadLines("/proc/self/maps").Where(line => line.Contains("libtorch_cpu.so", StringComparison.Ordinal)).Select(line => line[line.IndexOf('/', StringComparison.Ordinal)..]).Distinct()];
        Assert.Equal([RealPath(Path.Combine(folder, "libtorch_cpu.so"))], loaded.Select(RealPath));
    }

    private static string RealPath(string file) => new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;
}
