using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>
/// G: from an image to a perturbation of it, one pass. It works on pixel-unshuffled input, since a network at full resolution
/// would cost more than the target: a cell of pixels becomes one feature by a 1x1 convolution, and only the residual blocks look around. Sides that are no multiple of the unshuffle factor are padded by reflection and the output is cropped.
/// A grey image is repeated to three channels and the output averaged to one.
/// </summary>
internal sealed class PerturbationGenerator : NamedModule
{
    private readonly Convolution2d _entry;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly Convolution2d _exit;

    public PerturbationGenerator(GeneratorForm form)
        : base(nameof(PerturbationGenerator))
    {
        Form = form;
        var folded = 3 * form.Unshuffle * form.Unshuffle;
        _entry = new Convolution2d(folded, form.Width, 1);
        _blocks = ModuleList([.. Enumerable.Range(0, form.Blocks).Select(_ => new ResidualBlock(form.Width))]);
        _exit = new Convolution2d(form.Width, folded, 1);
        register_module("entry", _entry);
        register_module("blocks", _blocks);
        register_module("exit", _exit);
    }

    public GeneratorForm Form { get; }

    /// <summary>The perturbation of images [N,C,H,W] in [0,1], the same shape, within +-epsilon; the image is not yet added.</summary>
    public Tensor Perturbation(Tensor images, float epsilon)
    {
        var raw = call(images);
        var bounded = Form.Bound == PerturbationBound.Tanh ? raw.tanh() * epsilon : (raw * epsilon).clamp(-epsilon, epsilon);
        return Form.TextureFloor < 1 ? bounded * LocalContrast.Mask(images, Form.TextureFloor) : bounded;
    }

    public override Tensor forward(Tensor images)
    {
        long height = images.shape[2], width = images.shape[3];
        var grey = images.shape[1] == 1;
        var input = grey ? images.expand(-1, 3, -1, -1) : images;
        // Zero mean and about unit variance, which natural images in [0,1] come near to.
        var centred = (ReflectionPadding.ToMultiple(input, Form.Unshuffle) - 0.5) * 4;
        var hidden = functional.relu(_entry.call(functional.pixel_unshuffle(centred, Form.Unshuffle)));
        foreach (var block in _blocks)
            hidden = block.call(hidden);
        var output = functional.pixel_shuffle(_exit.call(functional.relu(hidden)), Form.Unshuffle)
            .narrow(2, 0, height).narrow(3, 0, width);
        return grey ? output.mean([1], keepdim: true) : output;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _entry.Dispose();
            _blocks.Dispose();
            _exit.Dispose();
        }

        base.Dispose(disposing);
    }
}
