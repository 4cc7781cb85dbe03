using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>x + conv(relu(norm(conv(x)))), 3x3, the width kept.</summary>
internal sealed class ResidualBlock : NamedModule
{
    private readonly Convolution2d _conv1;
    private readonly InstanceNorm2d _norm;
    private readonly Convolution2d _conv2;

    public ResidualBlock(int width)
        : base(nameof(ResidualBlock))
    {
        _conv1 = new Convolution2d(width, width, 3, padding: 1);
        _norm = InstanceNorm2d(width, affine: true);
        _conv2 = new Convolution2d(width, width, 3, padding: 1);
        register_module("conv1", _conv1);
        register_module("norm", _norm);
        register_module("conv2", _conv2);
    }

    public override Tensor forward(Tensor input) => input.Plus(_conv2.call(functional.relu(_norm.call(_conv1.call(input)))));

    /// <summary>Blocks one after the other, between two rectifications.</summary>
    public static Tensor Through(ModuleList<ResidualBlock> blocks, Tensor input)
    {
        var hidden = functional.relu(input);
        foreach (var block in blocks)
            hidden = block.call(hidden);
        return functional.relu(hidden);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _conv1.Dispose();
            _norm.Dispose();
            _conv2.Dispose();
        }

        base.Dispose(disposing);
    }
}
