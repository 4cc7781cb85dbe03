using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// A convolution with the keys and the initial values of nn.Conv2d, computed in the ways in which oneDNN in libtorch 2.10 is right and fast.
/// <list type="bullet">
/// <item>Dense kernels above 1x1: oneDNN takes whole groups of 16 channels, and of a last group that is not full it multiplies what lies in
/// memory by zero, which is NaN when a NaN lies there: forward (input channels) and in the gradient of the input (output channels). So the
/// channels are padded with zeros; input channels up to 4 have other code, which is right.</item>
/// <item>1x1 kernels: with many channels, channels last or in the gradient of a stride, oneDNN divides by the size of the second-level
/// cache, which some virtual machines do not tell, and the process ends. So a stride takes every so-many-th pixel first where a gradient
/// may be wanted, and in bfloat16 and of channels-last maps the convolution is the linear map of each pixel that it is: of these a matrix
/// product without a copy, also right for a single input channel, for which the convolution is wrong.</item>
/// </list>
/// </summary>
public sealed class Convolution2d : WeightedLayer
{
    private const int Group = 16;
    private const int FewInputs = 4;

    private readonly int _outputs, _groups, _stride, _padding;
    private readonly bool _isPointwise;
    private readonly long _inputPadding, _outputPadding;

    public Convolution2d(int inputs, int outputs, int kernel, int stride = 1, int padding = 0, int groups = 1, bool bias = true)
        : this(inputs, outputs, (kernel, kernel), stride, padding, groups, bias)
    {
    }

    /// <param name="kernel">Its rows and columns.</param>
    public Convolution2d(int inputs, int outputs, (int Rows, int Columns) kernel, int stride = 1, int padding = 0, int groups = 1, bool bias = true)
        : base(nameof(Convolution2d), [outputs, inputs / groups, kernel.Rows, kernel.Columns], bias)
    {
        (_outputs, _groups, _stride, _padding) = (outputs, groups, stride, padding);
        _isPointwise = kernel == (1, 1) && groups == 1 && padding == 0;
        if (kernel == (1, 1) || groups > 1) return;
        _inputPadding = inputs <= FewInputs ? 0 : Missing(inputs);
        _outputPadding = Missing(outputs);
    }

    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var output = _isPointwise ? Pointwise(input) : _inputPadding + _outputPadding > 0 ? Padded(input) : Convolved(input, Weight, Bias);
        return output.MoveToOuterDisposeScope();
    }

    private Tensor Pointwise(Tensor input)
    {
        if (input.dtype != ScalarType.BFloat16 && !is_grad_enabled()) return Convolved(input, Weight, Bias);
        var seen = _stride == 1 ? input : input.slice(2, 0, input.shape[2], _stride).slice(3, 0, input.shape[3], _stride);
        return input.dtype == ScalarType.BFloat16 || IsChannelsLast(input)
            ? nn.functional.linear(seen.permute(0, 2, 3, 1).contiguous(), Weight.flatten(1), Bias).permute(0, 3, 1, 2)
            : nn.functional.conv2d(seen, Weight, Bias);
    }

    private Tensor Padded(Tensor input)
    {
        var padded = Convolved(
            _inputPadding == 0 ? input : nn.functional.pad(input, [0, 0, 0, 0, 0, _inputPadding]),
            nn.functional.pad(Weight, [0, 0, 0, 0, 0, _inputPadding, 0, _outputPadding]),
            Bias is null || _outputPadding == 0 ? Bias : nn.functional.pad(Bias, [0, _outputPadding]));
        return _outputPadding == 0 ? padded : padded.narrow(1, 0, _outputs).contiguous();
    }

    private Tensor Convolved(Tensor input, Tensor kernels, Tensor? shifts) =>
        nn.functional.conv2d(input, kernels, shifts, strides: [_stride, _stride], padding: [_padding, _padding], groups: _groups);

    private static bool IsChannelsLast(Tensor map) => map.shape[1] > 1 && map.stride(1) == 1;

    private static int Missing(int channels) => (Group - channels % Group) % Group;
}
