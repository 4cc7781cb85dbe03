using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>
/// G: from an image to a perturbation of it. It works on pixel-unshuffled input, since a network at full resolution
/// would cost more than the target: a cell of pixels becomes one feature by a 1x1 convolution, and only the residual blocks look around. Sides that are no multiple of the unshuffle factor are padded by reflection and the output is cropped.
/// A grey image is repeated to three channels and the output averaged to one. It may see, beside the pixels, an inner map that the target makes of the image, stretched over it,
/// and look a second time, at what its perturbation does to that map and, where it is to, at the target's gradient there.
/// </summary>
internal sealed class PerturbationGenerator : NamedModule
{
    // What comes of map and answer is then of about the size of what comes of the pixels.
    private const double MapScale = 2, AnswerScale = 4;

    private readonly Convolution2d _entry;
    private readonly Convolution2d? _map;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly Convolution2d _exit;
    private readonly Convolution2d? _mask;
    private readonly SecondLook? _second;

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
        if (form.Masked)
        {
            _mask = new Convolution2d(form.Width, form.Unshuffle * form.Unshuffle, 1);
            register_module("mask", _mask);
        }

        if (form.SecondBlocks > 0)
        {
            _second = new SecondLook(form);
            register_module("correction", _second);
        }
    }

    public GeneratorForm Form { get; }

    /// <summary>
    /// The perturbation of images [N,C,H,W] in [0,1], the same shape, within +-epsilon; the image is not yet added. It is made at the size of the
    /// training images.
    /// </summary>
    /// <param name="images">The images.</param>
    /// <param name="sight">What the target shows of them, for a generator that sees it.</param>
    /// <param name="epsilon">The budget in [0,1].</param>
    public Tensor Perturbation(Tensor images, TargetSight? sight, float epsilon)
    {
        if (Form.ImageSize is not { } size || (images.shape[2], images.shape[3]) == size)
            return Run(images, sight, epsilon, masked: true).Perturbation;
        var resized = Resampling.Images(images, size.Height, size.Width);
        // The target is shown what it is given in the end.
        var ownSize = sight is null ? null : sight with
        {
            MapOf = others => sight.MapOf(Shown(others)),
            DistanceOf = sight.DistanceOf is null ? null : others => sight.DistanceOf(Shown(others)),
        };
        return Own(Run(resized, ownSize, epsilon, masked: true).Perturbation);

        Tensor Shown(Tensor others) => images.Plus(Own(others - resized)).Within(0, 1);

        Tensor Own(Tensor perturbation) => Resampling.Perturbation(perturbation, images.shape[2], images.shape[3], epsilon);
    }

    /// <summary>The perturbation and the mask in it.</summary>
    /// <param name="images">[N,C,H,W] in [0,1].</param>
    /// <param name="sight">What the target shows of them, for a generator that sees it.</param>
    /// <param name="epsilon">The budget in [0,1].</param>
    /// <param name="masked">Whether the mask, where the generator has one, is laid over the perturbation.</param>
    public GeneratorOutput Run(Tensor images, TargetSight? sight, float epsilon, bool masked)
    {
        var seen = _map is null ? null : Stretched(sight ?? throw new ArgumentNullException(nameof(sight)), images);
        var (entered, hidden) = Hidden(images, seen?.Map);
        var cells = _exit.call(hidden);
        if (_second is not null)
        {
            var first = Bounded(cells, images, epsilon).detach();
            var shown = images.Plus(first).Within(0, 1);
            var uphill = Form.SecondGradient ? Uphill(seen!, shown) : null;
            cells = cells.Plus(_second.call(entered.Plus(hidden), ReflectionPadding.Folded(first.Over(epsilon), Form.Unshuffle), seen!.MapOf(shown), uphill));
        }

        var perturbation = Bounded(cells, images, epsilon);
        if (_mask is null)
            return new GeneratorOutput(perturbation, null);
        var mask = Mask(_mask, hidden, images);
        return new GeneratorOutput(masked ? perturbation * mask : perturbation, mask);
    }

    public override Tensor forward(Tensor images) => Raw(_exit.call(Hidden(images, map: null).Hidden), images);

    /// <summary>What comes in of pixels and map, and what the blocks make of it, [N,Width,rows,columns].</summary>
    private (Tensor Entered, Tensor Hidden) Hidden(Tensor images, Tensor? map)
    {
        // Zero mean and about unit variance, which natural images in [0,1] come near to.
        var entered = _entry.call(ReflectionPadding.Folded(images.Minus(0.5).Times(4), Form.Unshuffle));
        if (map is not null)
            entered = entered.Plus(_map!.call(map));
        return (entered, ResidualBlock.Through(_blocks, entered));
    }

    /// <summary>
    /// The map at the resolution of the cells, each channel's mean over the image taken away: what tells one place from another. Networks' maps differ
    /// in size by orders of magnitude, so each image's is brought to one; its answer to other images is the change on that scale.
    /// </summary>
    private TargetSight Stretched(TargetSight sight, Tensor images)
    {
        var (rows, columns) = Form.Cells(images.shape[2], images.shape[3]);
        var cells = AtCells(sight.Map);
        var centred = cells - cells.mean([2, 3], keepdim: true);
        var size = centred.Squared().mean([1, 2, 3], keepdim: true).Plus(1e-6).sqrt();
        return new TargetSight(centred / size.Over(MapScale), others => (AtCells(sight.MapOf(others)) - cells) / size.Over(AnswerScale), sight.DistanceOf);

        Tensor AtCells(Tensor map) => functional.interpolate(map, [rows, columns], mode: InterpolationMode.Bilinear, align_corners: false);
    }

    /// <summary>
    /// Where the target's feature goes away fastest from shown images, folded: their gradient by its mean size in each image, cut at +-1, which leaves
    /// of large values the sign, as sign steps do, and tells what matters little.
    /// </summary>
    private Tensor Uphill(TargetSight sight, Tensor shown)
    {
        using var disabled = no_grad();
        var distance = sight.DistanceOf ?? throw new ArgumentException("the generator sees the target's gradient", nameof(sight));
        var (gradient, _) = PixelGradient.Of(shown.detach().requires_grad_(), distance, distances => distances.sum());
        return ReflectionPadding.Folded((gradient / gradient.abs().mean([1, 2, 3], keepdim: true).Plus(1e-20)).Within(-1, 1), Form.Unshuffle);
    }

    private Tensor Bounded(Tensor cells, Tensor images, float epsilon)
    {
        var raw = Raw(cells, images);
        var perturbation = Form.Bound == PerturbationBound.Tanh ? raw.tanh().Times(epsilon) : raw.Times(epsilon).Within(-epsilon, epsilon);
        return Form.TextureFloor < 1 ? perturbation * LocalContrast.Mask(images, Form.TextureFloor) : perturbation;
    }

    private Tensor Raw(Tensor cells, Tensor images)
    {
        var output = Unfolded(cells, images);
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
            _second?.Dispose();
        }

        base.Dispose(disposing);
    }
}
