using System.Runtime.CompilerServices;
using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// Arithmetic of tensors and numbers, and what else of TorchSharp makes a Scalar by itself, sums of two tensors among it. Results and
/// gradients are those of TorchSharp's operators, to the bit; see <see cref="Number"/> for why those are not used.
/// </summary>
public static partial class TensorArithmetic
{
    // Never freed, so never too early.
    private static readonly Scalar One = ((Number)1).ToScalar();
    private static readonly Scalar Two = ((Number)2).ToScalar();

    /// <summary>x + y.</summary>
    public static Tensor Plus(this Tensor tensor, Tensor other) => tensor.add(other, One);

    /// <summary>x + n.</summary>
    [OverloadResolutionPriority(1)] // A number would convert to a tensor, too.
    public static Tensor Plus(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.add(scalar, One);
    }

    /// <summary>x - n.</summary>
    public static Tensor Minus(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.sub(scalar);
    }

    /// <summary>n - x.</summary>
    public static Tensor SubtractedFrom(this Tensor tensor, Number number) => tensor.negative().Plus(number);

    /// <summary>x * n.</summary>
    public static Tensor Times(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.mul(scalar);
    }

    /// <summary>x / n.</summary>
    public static Tensor Over(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.div(scalar);
    }

    /// <summary>x^2.</summary>
    public static Tensor Squared(this Tensor tensor) => tensor.pow(Two);

    /// <summary>max(x, least).</summary>
    public static Tensor AtLeast(this Tensor tensor, Number least)
    {
        using var scalar = least.ToScalar();
        return tensor.clamp_min(scalar);
    }

    /// <summary>min(max(x, least), most).</summary>
    public static Tensor Within(this Tensor tensor, Number least, Number most)
    {
        using var lower = least.ToScalar();
        using var upper = most.ToScalar();
        return tensor.clamp(lower, upper);
    }

    /// <summary>x where it is positive, slope * x elsewhere.</summary>
    public static Tensor LeakyRelu(this Tensor tensor, double slope)
    {
        using var scalar = ((Number)slope).ToScalar();
        return tensor.leaky_relu(scalar);
    }

    /// <summary>Where x &lt; n: booleans.</summary>
    public static Tensor IsBelow(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.lt(scalar);
    }

    /// <summary>Where x &gt;= n: booleans.</summary>
    public static Tensor IsAtLeast(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.ge(scalar);
    }

    /// <summary>Where x &lt;= n: booleans.</summary>
    public static Tensor IsAtMost(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.le(scalar);
    }

    /// <summary>A float32 tensor of that shape and nothing but that number.</summary>
    public static Tensor Filled(long[] shape, double number)
    {
        using var scalar = ((Number)number).ToScalar();
        return full(shape, scalar, dtype: ScalarType.Float32);
    }
}
