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
    // TorchSharp 0.107 has no to_mkldnn of its own.
    private static readonly jit.CompilationUnit Conversion = jit.compile("def blocked(map: Tensor) -> Tensor:\n    return map.to_mkldnn()\n");

    /// <summary>Whether a map can enter: float32 on the CPU, and nobody will ask for a gradient.</summary>
    public static bool Suit(Tensor map) => map.dtype == ScalarType.Float32 && map.device_type == DeviceType.CPU && !is_grad_enabled();

    /// <summary>The map [N,C,H,W] in the blocked layout.</summary>
    public static Tensor Enter(Tensor map) => Conversion.invoke<Tensor>("blocked", map);

    /// <summary>A blocked map as an ordinary tensor.</summary>
    public static Tensor Leave(Tensor map) => map.to_dense();

    /// <summary>Layers that blocked maps can pass, in that layout where it suits.</summary>
    public static Tensor Through(nn.Module<Tensor, Tensor> layers, Tensor map)
    {
        if (!Suit(map)) return layers.call(map);
        using var scope = NewDisposeScope();
        return Leave(layers.call(Enter(map))).MoveToOuterDisposeScope();
    }
}
