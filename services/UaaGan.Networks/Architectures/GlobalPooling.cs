using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace UaaGan.Networks;

/// <summary>
/// Global pooling [N,C,H,W] to [N,C]: the mean, the maximum, the <see cref="RegionalMaximum"/>, or the generalized mean (GeM;
/// Radenovic, Tolias, Chum, TPAMI 2018) with a clamp at 1e-6. GeM's exponent is the parameter p of shape [1]: weights that hold it
/// replace the given value.
/// </summary>
public sealed class GlobalPooling : NamedModule
{
    private const double SmallestActivation = 1e-6;
    private readonly PoolingKind _kind;

    // The name by which TorchSharp finds the field when the module moves to another device or number format.
    [ComponentName(Name = "p")]
    private readonly Parameter? _exponent;

    public GlobalPooling(PoolingKind kind, double exponent = 3) : base(nameof(GlobalPooling))
    {
        _kind = kind;
        if (kind != PoolingKind.GeneralizedMean) return;
        _exponent = new Parameter(TensorArithmetic.Filled([1], exponent));
        register_parameter("p", _exponent);
    }

    public override torch.Tensor forward(torch.Tensor input) => _kind switch
    {
        PoolingKind.GeneralizedMean => GeneralizedMean(input, _exponent!),
        PoolingKind.Maximum => input.amax([2, 3]),
        PoolingKind.RegionalMaximum => RegionalMaximum.Pool(input),
        _ => input.mean([2, 3]),
    };

    private static torch.Tensor GeneralizedMean(torch.Tensor input, torch.Tensor exponent)
    {
        using var scope = torch.NewDisposeScope();
        return input.AtLeast(SmallestActivation).pow(exponent).mean([2, 3]).pow(exponent.reciprocal()).MoveToOuterDisposeScope();
    }
}
