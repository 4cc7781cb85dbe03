using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// Feature maps in the layout in which oneDNN convolves, 16 channels side by side. libtorch turns an ordinary float32 map into it before
/// each convolution and back after it, a tenth of a residual network's time; between <see cref="Enter"/> and <see cref="Leave"/>
/// convolutions, ReLU and maximum pooling hand it on. The features are the same but for rounding: of ordinary
/// maps of a single image libtorch leaves some convolutions to other code.
/// Sums stay outside: oneDNN 3.7 divides by the size of the first-level cache there, which some virtual machines do not tell.
/// </summary>
internal static class BlockedMaps
{
    // What TorchSharp 0.107 has no method for.
    private static readonly jit.CompilationUnit Functions = jit.compile("""
        def blocked(map: Tensor) -> Tensor:
            return map.to_mkldnn()
        def add_relu(map: Tensor, more: Tensor) -> Tensor:
            return torch._add_relu_(map, more)

        """);

    /// <summary>Whether a map can enter: float32 on the CPU, and nobody will ask for a gradient.</summary>
    public static bool Suit(Tensor map) => map.dtype == ScalarType.Float32 && map.device_type == DeviceType.CPU && !is_grad_enabled();

    /// <summary>The map [N,C,H,W] in the blocked layout.</summary>
    public static Tensor Enter(Tensor map) => Functions.invoke<Tensor>("blocked", map);

    /// <summary>A blocked map as an ordinary tensor.</summary>
    public static Tensor Leave(Tensor map) => map.to_dense();

    /// <summary>ReLU of the sum of two ordinary maps, in the place of the first: one pass over memory.</summary>
    public static Tensor AddRelu(Tensor map, Tensor more) => Functions.invoke<Tensor>("add_relu", map, more);

    /// <summary>Layers that blocked maps can pass, in that layout where it suits.</summary>
    public static Tensor Through(nn.Module<Tensor, Tensor> layers, Tensor map)
    {
        if (!Suit(map)) return layers.call(map);
        using var scope = NewDisposeScope();
        return Leave(layers.call(Enter(map))).MoveToOuterDisposeScope();
    }
}
