using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>
/// G: from an image to a perturbation of it, one pass. It works on pixel-unshuffled input, since a network at full resolution
/// would cost more than the target: a cell of pixels becomes one feature by a 1x1 convolution, and only the residual blocks look around. Sides that are no multiple of the unshuffle factor are padded by reflection and the output is cropped.
/// A grey image is repeated to three channels and the output averaged to one. It may see, beside the pixels, an inner map that the target makes of the image, stretched over it.
/// </summary>
internal sealed class PerturbationGenerator : NamedModule
{
    // Of about the same size as what comes of the pixels.
    private const double MapScale = 2;

    private readonly Convolution2d _entry;
    private readonly Convolution2d? _map;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly Convolution2d _exit;
    private readonly Convolution2d? _mask;

    public PerturbationGenerator(GeneratorForm form)
        : base(nameof(PerturbationGenerator))
    {
        Form = form;
        var folded = 3 * form.Unshuffle * form.Unshuffle;
        _entry = new Convolution2d(folded, form.Width, 1);
        _blocks = ModuleList([.. Enumerable.Range(0, form.Blocks).Select(_ => new ResidualBlock(form.Width))]);
        _exit = new Convolution2d(form.Width, folded, 1);
        register_module("entry", _entry);
        if (form.MapChannels > 0)
        {
            _map = new Convolution2d(form.MapChannels, form.Width, 1);
            register_module("map", _map);
        }

        register_module("blocks", _blocks);
        register_module("exit", _exit);
        if (!form.Masked)
            return;
        _mask = new Convolution2d(form.Width, form.Unshuffle * form.Unshuffle, 1);
        register_module("mask", _mask);
    }

    public GeneratorForm Form { get; }

    /// <summary>
    /// The perturbation of images [N,C,H,W] in [0,1], the same shape, within +-epsilon; the image is not yet added. It is made at the size of the
    /// training images.
    /// </summary>
    public Tensor Perturbation(Tensor images, Tensor? map, float epsilon)
    {
        if (Form.ImageSize is not { } size || (images.shape[2], images.shape[3]) == size)
            return Run(images, map, epsilon, masked: true).Perturbation;
        var perturbation = Run(Resampling.Images(images, size.Height, size.Width), map, epsilon, masked: true).Perturbation;
        return Resampling.Perturbation(perturbation, images.shape[2], images.shape[3], epsilon);
    }

    /// <summary>The perturbation and the mask in it.</summary>
    /// <param name="images">[N,C,H,W] in [0,1].</param>
    /// <param name="map">The target's map of them, [N,MapChannels,h,w] without a gradient, for a generator that sees it.</param>
    /// <param name="epsilon">The budget in [0,1].</param>
    /// <param name="masked">Whether the mask, where the generator has one, is laid over the perturbation.</param>
    public GeneratorOutput Run(Tensor images, Tensor? map, float epsilon, bool masked)
    {
        var hidden = Hidden(images, map);
        var raw = Raw(hidden, images);
        var perturbation = Form.Bound == PerturbationBound.Tanh ? raw.tanh().Times(epsilon) : raw.Times(epsilon).Within(-epsilon, epsilon);
        if (Form.TextureFloor < 1)
            perturbation *= LocalContrast.Mask(images, Form.TextureFloor);
        if (_mask is null)
            return new GeneratorOutput(perturbation, null);
        var mask = Mask(_mask, hidden, images);
        return new GeneratorOutput(masked ? perturbation * mask : perturbation, mask);
    }

    public override Tensor forward(Tensor images) => Raw(Hidden(images, map: null), images);

    private Tensor Hidden(Tensor images, Tensor? map)
    {
        var input = images.shape[1] == 1 ? images.expand(-1, 3, -1, -1) : images;
        // Zero mean and about unit variance, which natural images in [0,1] come near to.
        var centred = ReflectionPadding.ToMultiple(input, Form.Unshuffle).Minus(0.5).Times(4);
        var entered = _entry.call(functional.pixel_unshuffle(centred, Form.Unshuffle));
        if (_map is not null)
            entered = entered.Plus(_map.call(Stretched(map ?? throw new ArgumentNullException(nameof(map)), entered.shape[2], entered.shape[3])));
        var hidden = functional.relu(entered);
        foreach (var block in _blocks)
            hidden = block.call(hidden);
        return functional.relu(hidden);
    }

    /// <summary>
    /// The map at the resolution of the cells, each channel's mean over the image taken away: what tells one place from another. Networks' maps differ
    /// in size by orders of magnitude, so each image's is brought to one.
    /// </summary>
    private static Tensor Stretched(Tensor map, long rows, long columns)
    {
        var cells = functional.interpolate(map, [rows, columns], mode: InterpolationMode.Bilinear, align_corners: false);
        var centred = cells - cells.mean([2, 3], keepdim: true);
        return centred / centred.Squared().mean([1, 2, 3], keepdim: true).Plus(1e-6).sqrt().Over(MapScale);
    }

    private Tensor Raw(Tensor hidden, Tensor images)
    {
        var output = Unfolded(_exit.call(hidden), images);
        return images.shape[1] == 1 ? output.mean([1], keepdim: true) : output;
    }

    /// <summary>[N,1,H,W]: stretched to [0,1] in each image, as SSAE does.</summary>
    private Tensor Mask(Convolution2d layer, Tensor hidden, Tensor images)
    {
        var raw = Unfolded(layer.call(hidden), images);
        var (least, most) = (raw.amin([1, 2, 3], keepdim: true), raw.amax([1, 2, 3], keepdim: true));
        return (raw - least) / (most - least).Plus(1e-6);
    }

    private Tensor Unfolded(Tensor cells, Tensor images) =>
        functional.pixel_shuffle(cells, Form.Unshuffle).narrow(2, 0, images.shape[2]).narrow(3, 0, images.shape[3]);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _entry.Dispose();
            _map?.Dispose();
            _blocks.Dispose();
            _exit.Dispose();
            _mask?.Dispose();
        }

        base.Dispose(disposing);
    }
}
