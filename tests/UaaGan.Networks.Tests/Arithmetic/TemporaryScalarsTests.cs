using System.Reflection;
using TorchSharp;
using static TorchSharp.torch;

namespace UaaGan.Networks.Tests.Arithmetic;

public sealed class TemporaryScalarsTests
{
    // A script makes Scalars of numbers, and is given tensors alone.
    private static readonly string[] Scripts =
        ["UaaGan.Networks.BlockedMaps.Enter", "UaaGan.Networks.BlockedMaps.AddRelu", "UaaGan.Networks.TorchScriptEngine.Features"];

    [Fact]
    public void Networks_make_none() =>
        Assert.Empty(TemporaryScalars.In(typeof(TensorArithmetic).Assembly, [.. Scripts, "UaaGan.Networks.Number.ToScalar"]));

    [Fact]
    public void What_makes_a_scalar_of_a_number_disposes_it_after_use()
    {
        var made = 0;
        foreach (var method in CalledMethods.All(typeof(Number).Assembly).Where(method => method is not ConstructorInfo { IsStatic: true }))
        {
            var called = CalledMethods.Of(method).ToArray();
            var scalars = called.Count(call => call.DeclaringType == typeof(Number) && call.Name == nameof(Number.ToScalar));
            if (scalars == 0)
                continue;
            made += scalars;
            Assert.Equal(scalars, called.Count(call => call.Name == nameof(IDisposable.Dispose)));
        }

        Assert.True(made > 10);
    }

    [Theory]
    [InlineData(nameof(Planted.Argument))]
    [InlineData(nameof(Planted.Comparison))]
    [InlineData(nameof(Planted.CompoundSum))]
    [InlineData(nameof(Planted.Delegate))]
    [InlineData(nameof(Planted.Layer))]
    [InlineData(nameof(Planted.NumberOperator))]
    [InlineData(nameof(Planted.ReversedDifference))]
    [InlineData(nameof(Planted.Square))]
    [InlineData(nameof(Planted.TensorSum))]
    public void One_is_found(string form) => Assert.Single(TemporaryScalars.In([Method(form)]));

    [Theory]
    [InlineData(nameof(Planted.Held))]
    [InlineData(nameof(Planted.TensorProduct))]
    public void What_makes_none_is_left_alone(string form) => Assert.Empty(TemporaryScalars.In([Method(form)]));

    private static MethodInfo Method(string name) => typeof(Planted).GetMethod(name)!;

    private static class Planted
    {
        public static Tensor Argument(Tensor x) => x.pow(3);

        public static Tensor Comparison(Tensor x) => x >= 0.5;

        public static Tensor CompoundSum(Tensor x, Tensor y) => x += y;

        public static Func<Tensor, Tensor> Delegate() => square;

        public static nn.Module<Tensor, Tensor> Layer() => nn.LeakyReLU();

        public static Tensor NumberOperator(Tensor x) => x * 0.5;

        public static Tensor ReversedDifference(Scalar n, Tensor x) => n - x;

        public static Tensor Square(Tensor x) => x.square();

        public static Tensor TensorSum(Tensor x, Tensor y) => x + y;

        public static Tensor Held(Tensor x, Scalar n) => x.mul(n).pow(n);

        public static Tensor TensorProduct(Tensor x, Tensor y) => x * y - y / x;
    }
}
