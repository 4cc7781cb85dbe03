using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Reading tensors of one number.</summary>
internal static class ScalarTensor
{
    /// <summary>The number, of whatever floating-point format.</summary>
    public static double Value(this Tensor scalar) => scalar.to(ScalarType.Float64).item<double>();
}
