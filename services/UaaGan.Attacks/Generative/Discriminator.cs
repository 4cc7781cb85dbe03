using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>
/// D: judges patches of single images [N,C,H,W], without a sigmoid, for least squares (LSGAN); a small PatchGAN. Grey is repeated.
/// </summary>
internal sealed class Discriminator : Module<Tensor, Tensor>
{
    private const double Slope = 0.2;

    private readonly AlignedConvolution conv1;
    private readonly AlignedConvolution conv2;
    private readonly InstanceNorm2d norm;
    private readonly AlignedConvolution exit;

    public Discriminator(int width)
        : base(nameof(Discriminator))
    {
        conv1 = new AlignedConvolution(3, width, 4, stride: 2, padding: 1);
        conv2 = new AlignedConvolution(width, 2 * width, 4, stride: 2, padding: 1);
        norm = InstanceNorm2d(2 * width, affine: true);
        exit = new AlignedConvolution(2 * width, 1, 4, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var input = images.shape[1] == 1 ? images.expand(-1, 3, -1, -1) : images;
        var hidden = functional.leaky_relu(conv1.call(input - 0.5), Slope);
        return exit.call(functional.leaky_relu(norm.call(conv2.call(hidden)), Slope));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            conv1.Dispose();
            conv2.Dispose();
            norm.Dispose();
            exit.Dispose();
        }

        base.Dispose(disposing);
    }
}
