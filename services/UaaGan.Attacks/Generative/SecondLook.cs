using TorchSharp.Modules;
using UaaGan.Networks;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace UaaGan.Attacks;

/// <summary>
/// What a generator adds to its perturbation after it has seen how the target's map answers to it. Nothing is learned through what goes in:
/// the answer is seen, and the gradient, where it is seen, too; what follows from them is learned.
/// </summary>
internal sealed class SecondLook : Module<Tensor, Tensor, Tensor, Tensor?, Tensor>
{
    private readonly Convolution2d _made, _answer, _exit;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly Convolution2d? _uphill, _gate;

    public SecondLook(GeneratorForm form)
        : base(nameof(SecondLook))
    {
        var folded = 3 * form.Unshuffle * form.Unshuffle;
        _made = new Convolution2d(folded, form.Width, 1);
        _answer = new Convolution2d(form.MapChannels, form.Width, 1);
        _blocks = ModuleList([.. Enumerable.Range(0, form.SecondBlocks).Select(_ => new ResidualBlock(form.Width))]);
        _exit = new Convolution2d(form.Width, folded, 1);
        register_module("made", _made);
        register_module("answer", _answer);
        register_module("blocks", _blocks);
        register_module("exit", _exit);
        if (form.SecondGradient)
        {
            _uphill = new Convolution2d(folded, form.Width, 1);
            _gate = new Convolution2d(form.Width, folded, 1);
            register_module("uphill", _uphill);
            register_module("gate", _gate);
        }
    }

    /// <summary>What is added to the generator's output, folded [N,3*Unshuffle^2,rows,columns].</summary>
    /// <param name="seen">What the generator made of image and map at its entry and at its end, [N,Width,rows,columns].</param>
    /// <param name="made">The first perturbation as a share of the budget, folded, [N,3*Unshuffle^2,rows,columns].</param>
    /// <param name="answer">How the map changed, [N,MapChannels,rows,columns].</param>
    /// <param name="uphill">The target's gradient at the first perturbation, folded, [N,3*Unshuffle^2,rows,columns]; null for a form that does not see it.</param>
    public override Tensor forward(Tensor seen, Tensor made, Tensor answer, Tensor? uphill)
    {
        var entered = seen.Plus(_made.call(made)).Plus(_answer.call(answer));
        if (_uphill is null || _gate is null)
            return _exit.call(ResidualBlock.Through(_blocks, entered));
        ArgumentNullException.ThrowIfNull(uphill);
        var hidden = ResidualBlock.Through(_blocks, entered.Plus(_uphill.call(uphill)));
        // A whole step uphill to begin with: pixel by pixel it would not come through as few channels as there are inside.
        return _exit.call(hidden).Plus(_gate.call(hidden).Plus(1) * uphill);
    }

    // As in NamedModule: TorchSharp would register the fields a second time.
    protected override void RegisterComponents()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _made.Dispose();
            _answer.Dispose();
            _blocks.Dispose();
            _exit.Dispose();
            _uphill?.Dispose();
            _gate?.Dispose();
        }

        base.Dispose(disposing);
    }
}
