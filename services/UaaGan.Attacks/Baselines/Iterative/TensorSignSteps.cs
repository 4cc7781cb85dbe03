using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Sign steps as a chain of tensor operations: the formula, in any number format. Services compute in single precision, by
/// <see cref="KernelSignSteps"/>; this is for double precision, in which attacks are compared with PyTorch.
/// </summary>
internal sealed class TensorSignSteps(Tensor images, Budget budget) : ISignSteps
{
    /// <summary>Keeps a mean of nothing but zeros from dividing by zero; no gradient that says anything is as small.</summary>
    private const double Smallest = 1e-30;

    public Tensor Sign(Tensor point, Tensor gradient, float size) => budget.Project(point.Plus(gradient.sign().Times(size)), images);

    public (Tensor Point, Tensor Momentum) Momentum(Tensor point, Tensor gradient, Tensor? momentum, float size, float decay)
    {
        var normalised = gradient / gradient.abs().mean([1, 2, 3], keepdim: true).AtLeast(Smallest);
        var next = momentum is null ? normalised : momentum.Times(decay).Plus(normalised);
        return (Sign(point, next, size), next);
    }

    public IReadOnlyList<int> NotFinite() => [];

    public void Dispose()
    {
    }
}
