using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>In place; each returns the tensor that it has changed.</summary>
public static partial class TensorArithmetic
{
    /// <summary>x = x + y.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Tensor other) => tensor.add_(other, One);

    /// <summary>x = x + factor * y.</summary>
    public static Tensor AddInPlace(this Tensor tensor, Tensor other, Number factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.add_(other, scalar);
    }

    /// <summary>x = x + n.</summary>
    [OverloadResolutionPriority(1)] // A number would convert to a tensor, too.
    public static Tensor AddInPlace(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.add_(scalar, One);
    }

    /// <summary>x = x + factor * y * z.</summary>
    public static Tensor AddProductInPlace(this Tensor tensor, Tensor first, Tensor second, Number factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.addcmul_(first, second, scalar);
    }

    /// <summary>x = x + factor * y / z.</summary>
    public static Tensor AddQuotientInPlace(this Tensor tensor, Tensor dividend, Tensor divisor, Number factor)
    {
        using var scalar = factor.ToScalar();
        return tensor.addcdiv_(dividend, divisor, scalar);
    }

    /// <summary>x = x * n.</summary>
    public static Tensor MultiplyInPlace(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.mul_(scalar);
    }

    /// <summary>x = x / n.</summary>
    public static Tensor DivideInPlace(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.div_(scalar);
    }

    /// <summary>x = min(max(x, least), most).</summary>
    public static Tensor ClampInPlace(this Tensor tensor, Number least, Number most)
    {
        using var lower = least.ToScalar();
        using var upper = most.ToScalar();
        return tensor.clamp_(lower, upper);
    }

    /// <summary>x = n everywhere.</summary>
    public static Tensor FillInPlace(this Tensor tensor, Number number)
    {
        using var scalar = number.ToScalar();
        return tensor.fill_(scalar);
    }
}
