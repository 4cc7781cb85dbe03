using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// MI-SGD (Li et al., 2019): sign steps along a momentum of gradients divided by their L1 norm, clamped to the budget. Once an epoch a
/// perturbation that has settled with half of it at the budget is halved, which lets it move again.
/// </summary>
internal sealed class UniversalOptimizer : IDisposable
{
    private const double Settled = 1e-5, Saturated = 0.5, RateFall = 0.01;

    private readonly float _epsilon;
    private readonly double _stepSize, _decay;

    /// <param name="shape">[1,C,H,W].</param>
    /// <param name="epsilon">The budget in [0,1].</param>
    /// <param name="stepSize">Size of the first epoch's steps in [0,1].</param>
    /// <param name="decay">Of the momentum.</param>
    /// <param name="seed">Of the start, uniform within a grey level, where the loss has a gradient.</param>
    public UniversalOptimizer(long[] shape, float epsilon, double stepSize, double decay, ulong seed)
    {
        (_epsilon, _stepSize, _decay) = (epsilon, stepSize, decay);
        using var scope = NewDisposeScope();
        Perturbation = ItemNoise.Uniform(seed, ["universal"], shape).Over(255).Within(-epsilon, epsilon).DetachFromDisposeScope();
        Momentum = zeros(shape).DetachFromDisposeScope();
        Saturation = zeros(1).DetachFromDisposeScope();
    }

    /// <summary>What is optimised: [1,C,H,W] within +-epsilon.</summary>
    public Tensor Perturbation { get; }

    /// <summary>Share of the perturbation at the budget when the epoch began: [1].</summary>
    public Tensor Saturation { get; }

    private Tensor Momentum { get; }

    /// <summary>The tensors that a checkpoint holds; they are the live ones.</summary>
    public IReadOnlyDictionary<string, Tensor> State => new Dictionary<string, Tensor>
    {
        ["perturbation"] = Perturbation,
        ["momentum"] = Momentum,
        ["saturation"] = Saturation,
    };

    /// <summary>At the first step of an epoch.</summary>
    public void BeginEpoch()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var before = Saturation.item<float>();
        Saturation.copy_(Perturbation.abs().IsAtLeast(_epsilon).to(ScalarType.Float32).mean());
        var now = Saturation.item<float>();
        if (Math.Abs(now - before) < Settled && now > Saturated)
            Perturbation.DivideInPlace(2);
    }

    /// <summary>Steps down the gradient of a loss.</summary>
    public void Step(Tensor gradient, long epoch)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        Momentum.MultiplyInPlace(_decay).AddInPlace(gradient / gradient.abs().sum().Plus(1e-12));
        Perturbation.sub_(Momentum.sign().Times(_stepSize * Math.Exp(-RateFall * epoch))).ClampInPlace(-_epsilon, _epsilon);
    }

    public void Dispose()
    {
        Perturbation.Dispose();
        Momentum.Dispose();
        Saturation.Dispose();
    }
}
