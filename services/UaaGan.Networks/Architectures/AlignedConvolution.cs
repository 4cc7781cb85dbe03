using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// A square convolution whose channels are padded with zeros to multiples of 16 for the computation. The convolutions of oneDNN in
/// libtorch 2.10 take whole groups of 16 channels: of a last group that is not full they multiply what lies in memory by zero, which
/// is NaN when a NaN lies there, forward (input channels) and in the gradient of the input (output channels). Kernels of 1x1, groups
/// and input channels up to 4 have other code, which is right.
/// </summary>
public sealed class AlignedConvolution : NamedModule, IScalable
{
    private const int Group = 16;
    private const int FewInputs = 4;

    // The names by which TorchSharp finds the fields when the module moves to another device or number format.
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private Parameter? _bias;

    private readonly int _outputs;
    private readonly long _stride, _padding, _inputPadding, _outputPadding;

    /// <summary>Initialised as nn.Conv2d, with its keys: weight and bias.</summary>
    public AlignedConvolution(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, bool bias = true) : base(nameof(AlignedConvolution))
    {
        (_outputs, _stride, _padding) = (outputs, stride, padding);
        _inputPadding = inputs <= FewInputs ? 0 : Missing(inputs);
        _outputPadding = Missing(outputs);
        using var initial = nn.Conv2d(inputs, outputs, kernel, bias: bias);
        using var noGradient = no_grad();
        register_parameter("weight", _weight = new Parameter(initial.weight!.clone()));
        if (bias) register_parameter("bias", _bias = new Parameter(initial.bias!.clone()));
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var aligned = _inputPadding == 0 ? input : nn.functional.pad(input, [0, 0, 0, 0, 0, _inputPadding]);
        var weight = _inputPadding + _outputPadding == 0 ? _weight : nn.functional.pad(_weight, [0, 0, 0, 0, 0, _inputPadding, 0, _outputPadding]);
        var bias = _bias is null || _outputPadding == 0 ? _bias : nn.functional.pad(_bias, [0, _outputPadding]);
        var output = nn.functional.conv2d(aligned, weight, bias, strides: [_stride, _stride], padding: [_padding, _padding]);
        return (_outputPadding == 0 ? output : output.narrow(1, 0, _outputs).contiguous()).MoveToOuterDisposeScope();
    }

    void IScalable.Scale(Tensor scale, Tensor shift)
    {
        _weight.mul_(scale.reshape(-1, 1, 1, 1));
        if (_bias is null) register_parameter("bias", _bias = new Parameter(shift.clone().DetachFromDisposeScope(), requires_grad: false));
        else _bias.mul_(scale).add_(shift);
    }

    private static int Missing(int channels) => (Group - channels % Group) % Group;
}
