using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>x + conv(relu(norm(conv(x)))), 3x3, the width kept.</summary>
internal sealed class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly AlignedConvolution conv1;
    private readonly InstanceNorm2d norm;
    private readonly AlignedConvolution conv2;

    public ResidualBlock(int width)
        : base(nameof(ResidualBlock))
    {
        conv1 = new AlignedConvolution(width, width, 3, padding: 1);
        norm = InstanceNorm2d(width, affine: true);
        conv2 = new AlignedConvolution(width, width, 3, padding: 1);
        RegisterComponents();
    }

    public override Tensor forward(Tensor input) => input + conv2.call(functional.relu(norm.call(conv1.call(input))));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            conv1.Dispose();
            norm.Dispose();
            conv2.Dispose();
        }

        base.Dispose(disposing);
    }
}
