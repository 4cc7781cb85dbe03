using TorchSharp;

namespace UaaGan.Networks.Tests;

public class TorchLoadingTests
{
    [Fact]
    public void Libtorch_loads_and_computes()
    {
        using var a = torch.arange(6, dtype: torch.ScalarType.Float32).reshape(2, 3);
        using var product = a.matmul(a.t());
        Assert.Equal([5f, 14f, 14f, 50f], product.data<float>().ToArray());
    }
}
