using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;

namespace UaaGan.Networks;

/// <summary>
/// Global pooling [N,C,H,W] to [N,C]: the mean, or the generalized mean (GeM; Radenovic, Tolias, Chum, TPAMI 2018) with a clamp at
/// 1e-6. GeM's exponent is the parameter p of shape [1]: weights that hold it replace the given value.
/// </summary>
public sealed class GlobalPooling : NamedModule
{
    private const double SmallestActivation = 1e-6;

    // By this name TorchSharp's to() finds the field whose tensor it replaces.
    [ComponentName(Name = "p")]
    private readonly Parameter? _exponent;

    public GlobalPooling(PoolingKind kind, double exponent = 3) : base(nameof(GlobalPooling))
    {
        if (kind != PoolingKind.GeneralizedMean) return;
        _exponent = new Parameter(torch.full([1], exponent, dtype: torch.ScalarType.Float32));
        register_parameter("p", _exponent);
    }

    public override torch.Tensor forward(torch.Tensor input)
    {
        if (_exponent is null) return input.mean([2, 3]);
        using var scope = torch.NewDisposeScope();
        return input.clamp(min: SmallestActivation).pow(_exponent).mean([2, 3]).pow(_exponent.reciprocal()).MoveToOuterDisposeScope();
    }
}
