using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>
/// D: judges patches of single images [N,C,H,W], without a sigmoid, for least squares (LSGAN); a small PatchGAN. Grey is repeated.
/// </summary>
internal sealed class Discriminator : Module<Tensor, Tensor>
{
    private const double Slope = 0.2;

    // A patch's judgement is the mean of this many: with a single output channel, oneDNN's gradient of the convolution reads memory
    // that nothing has written, and is now and then not a number.
    private const int Judges = 16;

    private readonly Conv2d conv1;
    private readonly Conv2d conv2;
    private readonly InstanceNorm2d norm;
    private readonly Conv2d exit;

    public Discriminator(int width)
        : base(nameof(Discriminator))
    {
        conv1 = Conv2d(3, width, 4, stride: 2, padding: 1);
        conv2 = Conv2d(width, 2 * width, 4, stride: 2, padding: 1);
        norm = InstanceNorm2d(2 * width, affine: true);
        exit = Conv2d(2 * width, Judges, 4, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor images)
    {
        var input = images.shape[1] == 1 ? images.expand(-1, 3, -1, -1) : images;
        var hidden = functional.leaky_relu(conv1.call(input - 0.5), Slope);
        return exit.call(functional.leaky_relu(norm.call(conv2.call(hidden)), Slope)).mean([1], keepdim: true);
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
