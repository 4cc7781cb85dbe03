using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>PReLU with a slope for each channel, and the key and the initial value of nn.PReLU; see <see cref="WeightedLayer"/> for why it is here.</summary>
public sealed class ParametricRelu : NamedModule
{
    private const double InitialSlope = 0.25;

    // The name by which TorchSharp finds the field when the module moves to another device or number format.
    [ComponentName(Name = "weight")]
    private readonly Parameter _slopes;

    public ParametricRelu(int channels) : base(nameof(ParametricRelu)) =>
        register_parameter("weight", _slopes = new Parameter(TensorArithmetic.Filled([channels], InitialSlope)));

    public override Tensor forward(Tensor input) => nn.functional.prelu(input, _slopes);
}
