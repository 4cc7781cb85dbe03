using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>
/// D: judges patches of single images [N,C,H,W], without a sigmoid, for least squares (LSGAN); a small PatchGAN. Grey is repeated.
/// </summary>
internal sealed class Discriminator : NamedModule
{
    private const double Slope = 0.2;

    private readonly AlignedConvolution _conv1;
    private readonly AlignedConvolution _conv2;
    private readonly InstanceNorm2d _norm;
    private readonly AlignedConvolution _exit;

    public Discriminator(int width)
        : base(nameof(Discriminator))
    {
        _conv1 = new AlignedConvolution(3, width, 4, stride: 2, padding: 1);
        _conv2 = new AlignedConvolution(width, 2 * width, 4, stride: 2, padding: 1);
        _norm = InstanceNorm2d(2 * width, affine: true);
        _exit = new AlignedConvolution(2 * width, 1, 4, padding: 1);
        register_module("conv1", _conv1);
        register_module("conv2", _conv2);
        register_module("norm", _norm);
        register_module("exit", _exit);
    }

    public override Tensor forward(Tensor images)
    {
        var input = images.shape[1] == 1 ? images.expand(-1, 3, -1, -1) : images;
        var hidden = functional.leaky_relu(_conv1.call(input - 0.5), Slope);
        return _exit.call(functional.leaky_relu(_norm.call(_conv2.call(hidden)), Slope));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _conv1.Dispose();
            _conv2.Dispose();
            _norm.Dispose();
            _exit.Dispose();
        }

        base.Dispose(disposing);
    }
}
