using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// A 1x1 convolution with the keys and the initial values of nn.Conv2d, computed in the ways in which libtorch 2.10 is right and fast. A
/// stride takes every so-many-th pixel first, and in bfloat16 the convolution is the linear map of each pixel that it is: of channels-last
/// maps a matrix product without a copy. oneDNN's own 1x1 convolution is wrong there for a single input channel; and with many channels,
/// channels last or in the gradient of a stride, it divides by the size of the second-level cache, which some virtual machines
/// do not tell: the process ends.
/// </summary>
public sealed class PointwiseConvolution : NamedModule, IScalable
{
    // The names by which TorchSharp finds the fields when the module moves to another device or number format.
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private Parameter? _bias;

    private readonly long _stride;

    public PointwiseConvolution(int inputs, int outputs, int stride = 1, bool bias = false) : base(nameof(PointwiseConvolution))
    {
        _stride = stride;
        using var initial = nn.Conv2d(inputs, outputs, 1, bias: bias);
        using var noGradient = no_grad();
        register_parameter("weight", _weight = new Parameter(initial.weight!.clone()));
        if (bias) register_parameter("bias", _bias = new Parameter(initial.bias!.clone()));
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var seen = _stride == 1 ? input : input.slice(2, 0, input.shape[2], _stride).slice(3, 0, input.shape[3], _stride);
        var output = input.dtype == ScalarType.BFloat16
            ? nn.functional.linear(seen.permute(0, 2, 3, 1).contiguous(), _weight.flatten(1), _bias).permute(0, 3, 1, 2)
            : nn.functional.conv2d(seen, _weight, _bias);
        return output.MoveToOuterDisposeScope();
    }

    void IScalable.Scale(Tensor scale, Tensor shift)
    {
        _weight.mul_(scale.reshape(-1, 1, 1, 1));
        if (_bias is null) register_parameter("bias", _bias = new Parameter(shift.clone().DetachFromDisposeScope(), requires_grad: false));
        else _bias.mul_(scale).add_(shift);
    }
}
