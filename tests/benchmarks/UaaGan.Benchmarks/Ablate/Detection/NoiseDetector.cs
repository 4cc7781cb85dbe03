using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Benchmarks;

/// <summary>
/// Tells adversarial from clean images, [N,3,H,W] in [0,1] to logits [N]. Unlike the discriminator of the training it sees single pixels: its first layer
/// works at full resolution, and beside the image it gets each pixel's difference from its neighbourhood, in which a few grey levels are large.
/// No layer normalises an image by itself, since that would hide how strong its noise is.
/// </summary>
internal sealed class NoiseDetector : NamedModule
{
    /// <summary>Grey levels of difference that are 1 to the first layer.</summary>
    private const double Levels = 8;

    private readonly (Convolution2d Convolution, BatchNormalisation Norm)[] _stages;
    private readonly LinearLayer _exit;

    /// <param name="width">Channels of the first layer; the next two double it.</param>
    public NoiseDetector(int width = 16)
        : base(nameof(NoiseDetector))
    {
        _stages =
        [
            (new Convolution2d(6, width, 3, padding: 1), new BatchNormalisation(width)),
            (new Convolution2d(width, 2 * width, 3, stride: 2, padding: 1), new BatchNormalisation(2 * width)),
            (new Convolution2d(2 * width, 4 * width, 3, stride: 2, padding: 1), new BatchNormalisation(4 * width)),
        ];
        _exit = new LinearLayer(4 * width, 1);
        foreach (var (i, stage) in _stages.Index())
        {
            register_module($"conv{i}", stage.Convolution);
            register_module($"norm{i}", stage.Norm);
        }

        register_module("exit", _exit);
    }

    public override Tensor forward(Tensor images)
    {
        Tensor smooth = functional.avg_pool2d(images, 3, stride: 1, padding: 1, count_include_pad: false);
        Tensor hidden = cat([(images - smooth).Times(255 / Levels), images.Minus(0.5)], 1);
        foreach (var (convolution, norm) in _stages) hidden = norm.call(convolution.call(hidden)).relu();
        return _exit.call(hidden.mean([2, 3])).squeeze(1);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var (convolution, norm) in _stages)
            {
                convolution.Dispose();
                norm.Dispose();
            }

            _exit.Dispose();
        }

        base.Dispose(disposing);
    }
}
