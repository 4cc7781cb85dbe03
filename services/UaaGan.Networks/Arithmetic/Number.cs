using TorchSharp;

namespace UaaGan.Networks;

/// <summary>
/// A number that a tensor is combined with, an integer or a floating-point one: an integer keeps a tensor of integers one, as in PyTorch.
/// TorchSharp 0.107 would make a Scalar of it implicitly and hand native code nothing but its handle; once that is read nothing holds the
/// Scalar, and its finaliser may free it before native code has read the value. So tensors meet numbers in
/// <see cref="TensorArithmetic"/> alone, which holds the Scalar until the call is over.
/// </summary>
public readonly struct Number
{
    private readonly double _real;
    private readonly long _integer;
    private readonly bool _isInteger;

    private Number(double real) => _real = real;

    private Number(long integer) => (_integer, _isInteger) = (integer, true);

    public static implicit operator Number(double value) => new(value);

    public static implicit operator Number(long value) => new(value);

#pragma warning disable RS0030 // The one place that makes a Scalar; those who call it hold it.
    /// <summary>A new Scalar. The caller disposes it, after the native call that it is for and not before.</summary>
    internal Scalar ToScalar() => _isInteger ? _integer.ToScalar() : _real.ToScalar();
#pragma warning restore RS0030
}
