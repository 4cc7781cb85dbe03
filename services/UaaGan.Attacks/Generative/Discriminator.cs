using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>
/// D: judges patches of single images [N,C,H,W], without a sigmoid, for least squares (LSGAN); a small PatchGAN on pixel-unshuffled input, as
/// G works on. Grey is repeated; sides that are no multiple of the cell are padded by reflection.
/// </summary>
internal sealed class Discriminator : NamedModule
{
    private const double Slope = 0.2;
    private const int Unshuffle = 4;

    private readonly Convolution2d _conv1;
    private readonly Convolution2d _conv2;
    private readonly InstanceNorm2d _norm;
    private readonly Convolution2d _exit;

    public Discriminator(int width)
        : base(nameof(Discriminator))
    {
        _conv1 = new Convolution2d(3 * Unshuffle * Unshuffle, width, 1);
        _conv2 = new Convolution2d(width, 2 * width, 3, stride: 2, padding: 1);
        _norm = InstanceNorm2d(2 * width, affine: true);
        _exit = new Convolution2d(2 * width, 1, 1);
        register_module("conv1", _conv1);
        register_module("conv2", _conv2);
        register_module("norm", _norm);
        register_module("exit", _exit);
    }

    public override Tensor forward(Tensor images)
    {
        var hidden = _conv1.call(ReflectionPadding.Folded(images.Minus(0.5), Unshuffle)).LeakyRelu(Slope);
        return _exit.call(_norm.call(_conv2.call(hidden)).LeakyRelu(Slope));
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
