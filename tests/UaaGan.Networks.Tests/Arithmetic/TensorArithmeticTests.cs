using static TorchSharp.torch;

namespace UaaGan.Networks.Tests.Arithmetic;

public sealed class TensorArithmeticTests
{
    private const double N = 0.1;

    private static readonly Dictionary<string, (Func<Tensor, Tensor, Tensor> Ours, Func<Tensor, Tensor, Tensor> TorchSharps)> Forms = new()
    {
        ["sum"] = ((x, y) => x.Plus(y), (x, y) => x + y),
        ["sum with a real number"] = ((x, _) => x.Plus(N), (x, _) => x + N),
        ["sum with a float"] = ((x, _) => x.Plus((float)N), (x, _) => x + (float)N),
        ["sum with an integer"] = ((x, _) => x.Plus(3), (x, _) => x + 3),
        ["difference"] = ((x, _) => x.Minus(N), (x, _) => x - N),
        ["difference with an integer"] = ((x, _) => x.Minus(3), (x, _) => x - 3),
        ["reversed difference"] = ((x, _) => x.SubtractedFrom(N), (x, _) => N - x),
        ["reversed difference with an integer"] = ((x, _) => x.SubtractedFrom(3), (x, _) => 3 - x),
        ["product"] = ((x, _) => x.Times(N), (x, _) => N * x),
        ["product with an integer"] = ((x, _) => x.Times(255), (x, _) => x * 255),
        ["product with a large integer"] = ((x, _) => x.Times((1L << 53) + 1), (x, _) => x * ((1L << 53) + 1)),
        ["quotient"] = ((x, _) => x.Over(N), (x, _) => x / N),
        ["quotient by an integer"] = ((x, _) => x.Over(3), (x, _) => x / 3),
        ["square"] = ((x, _) => x.Squared(), (x, _) => x.square()),
        ["least"] = ((x, _) => x.AtLeast(0), (x, _) => x.clamp_min(0)),
        ["least as a clamp of one side"] = ((x, _) => x.AtLeast(0), (x, _) => x.clamp(min: 0)),
        ["range"] = ((x, _) => x.Within(-N, 1), (x, _) => x.clamp(-N, 1)),
        ["range of integers"] = ((x, _) => x.Within(0, 1), (x, _) => x.clamp(0, 1)),
        ["sum in place"] = ((x, y) => x.clone().AddInPlace(y), (x, y) => x.clone().add_(y)),
    };

    private static readonly Dictionary<string, (Func<Tensor, Tensor, Tensor> Ours, Func<Tensor, Tensor, Tensor> TorchSharps)> RealForms = new(Forms)
    {
        ["leaky rectifier"] = ((x, _) => x.LeakyRelu(0.2), (x, _) => nn.functional.leaky_relu(x, 0.2)),
        ["sum with a factor in place"] = ((x, y) => x.clone().AddInPlace(y, N), (x, y) => x.clone().add_(y, N)),
        ["sum with a number in place"] = ((x, _) => x.clone().AddInPlace(N), (x, _) => x.clone().add_(N)),
        ["sum with a product in place"] = ((x, y) => x.clone().AddProductInPlace(y, y, N), (x, y) => x.clone().addcmul_(y, y, N)),
        ["sum with a quotient in place"] = ((x, y) => x.clone().AddQuotientInPlace(x, y, -N), (x, y) => x.clone().addcdiv_(x, y, -N)),
        ["product in place"] = ((x, _) => x.clone().MultiplyInPlace(N), (x, _) => x.clone().mul_(N)),
        ["quotient in place"] = ((x, _) => x.clone().DivideInPlace(3), (x, _) => x.clone().div_(3)),
        ["range in place"] = ((x, _) => x.clone().ClampInPlace(-N, N), (x, _) => x.clone().clamp_(-N, N)),
    };

    private static readonly Dictionary<string, (Func<Tensor, Tensor, Tensor> Ours, Func<Tensor, Tensor, Tensor> TorchSharps)> FlatForms = new()
    {
        ["below"] = ((x, _) => x.IsBelow(1), (x, _) => x < 1),
        ["at least"] = ((x, _) => x.IsAtLeast(1), (x, _) => x >= 1),
        ["at most"] = ((x, _) => x.IsAtMost(1), (x, _) => x <= 1),
        ["fill"] = ((x, _) => x.clone().FillInPlace(3), (x, _) => x.clone().fill_(3)),
    };

    public static TheoryData<string> FormNames => [.. Forms.Keys.Concat(FlatForms.Keys)];

    public static TheoryData<string> RealFormNames => [.. RealForms.Keys];

    [Theory]
    [MemberData(nameof(RealFormNames))]
    public void Values_and_gradients_are_TorchSharps_to_the_bit(string form)
    {
        using var scope = NewDisposeScope();
        var (ours, torchSharps) = RealForms[form];
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var (x, y) = (Numbers(type).requires_grad_(), Numbers(type).flip(0) * 1.7);
            var (mine, theirs) = (ours(x, y), torchSharps(x, y));
            AssertSame(theirs, mine);
            AssertSame(autograd.grad([(theirs * y).sum()], [x])[0], autograd.grad([(mine * y).sum()], [x])[0]);
        }
    }

    [Theory]
    [MemberData(nameof(FormNames))]
    public void Integers_and_comparisons_are_TorchSharps(string form)
    {
        using var scope = NewDisposeScope();
        var (ours, torchSharps) = Forms.TryGetValue(form, out var found) ? found : FlatForms[form];
        var (x, y) = (tensor(new[] { -7L, -1, 0, 1, 2, 250, 1L << 54 }), arange(1, 8, 1, ScalarType.Int64));
        AssertSame(torchSharps(x, y), ours(x, y));
    }

    [Fact]
    public void A_filled_tensor_is_float32()
    {
        using var scope = NewDisposeScope();
        AssertSame(full([2, 3], 0.1, dtype: ScalarType.Float32), TensorArithmetic.Filled([2, 3], 0.1));
    }

    private static Tensor Numbers(ScalarType type) =>
        tensor(new[] { 0.0, -0.0, 1.0, -1.0, 0.1, -0.1, 1e-30, 3.3e7, -254.6, 0.5, double.NaN, double.PositiveInfinity, double.NegativeInfinity }, type);

    private static void AssertSame(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(expected.detach().bytes.ToArray(), actual.detach().bytes.ToArray());
    }
}
