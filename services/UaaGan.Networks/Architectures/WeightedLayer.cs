using TorchSharp.Modules;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// A layer that maps input channels to output channels by a weight and perhaps a bias, with the keys and the initial values of PyTorch's.
/// TorchSharp 0.107's own such layers leave some hundred bytes behind when they are disposed, which adds up in a service whose models
/// come and go.
/// </summary>
public abstract class WeightedLayer : NamedModule
{
    private const string WeightName = "weight", BiasName = "bias";

    /// <param name="shape">The weight's: outputs, inputs of each of them, kernel.</param>
    private protected WeightedLayer(string name, long[] shape, bool hasBias) : base(name)
    {
        register_parameter(WeightName, new Parameter(empty(shape)));
        nn.init.kaiming_uniform_(Weight, Math.Sqrt(5));
        if (!hasBias) return;
        var bound = 1 / Math.Sqrt(shape.Skip(1).Aggregate((a, b) => a * b));
        register_parameter(BiasName, new Parameter(empty(shape[0])));
        nn.init.uniform_(Bias!, -bound, bound);
    }

    // Looked up each time: a module that moves to another device or number format has new ones, and no field of this class would be told.

    /// <summary>[outputs, ...].</summary>
    private protected Parameter Weight => get_parameter(WeightName)!;

    /// <summary>[outputs]; null: none.</summary>
    private protected Parameter? Bias => get_parameter(BiasName);

    /// <summary>Multiplies each output channel and adds to it, from now on.</summary>
    /// <param name="scale">One factor an output channel, [outputs].</param>
    /// <param name="shift">What is added after it, [outputs].</param>
    internal void Scale(Tensor scale, Tensor shift)
    {
        using var noGradient = no_grad();
        Weight.mul_(scale.reshape([-1, .. Enumerable.Repeat(1L, (int)Weight.dim() - 1)]));
        if (Bias is { } bias) bias.mul_(scale).AddInPlace(shift);
        else register_parameter(BiasName, new Parameter(shift.clone().DetachFromDisposeScope(), requires_grad: false));
    }
}
