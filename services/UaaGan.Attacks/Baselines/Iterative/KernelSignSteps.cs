using UaaGan.Kernels;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Sign steps by the kernel attack_step, in one pass over the pixels; float32. What lies outside a box has no gradient and so stays where
/// it is, on the image.
/// </summary>
internal sealed class KernelSignSteps : ISignSteps
{
    private readonly AttackStepper _stepper;
    private readonly Tensor _images;

    public KernelSignSteps(Tensor images, Budget budget, IKernelDevice kernels)
    {
        TensorMemory.RequireOn(images, kernels is CudaDevice);
        _images = TensorMemory.Aligned(images);
        _stepper = new AttackStepper(kernels, (int)images.shape[0], (int)images.shape[1], checked((int)(images.shape[2] * images.shape[3])), budget.Value);
    }

    public Tensor Sign(Tensor point, Tensor gradient, float size)
    {
        var (from, along, next) = (TensorMemory.Aligned(point), TensorMemory.Aligned(gradient), empty_like(_images));
        _stepper.Sign(TensorMemory.Address(_images), TensorMemory.Address(from), TensorMemory.Address(along), TensorMemory.Address(next), size);
        GC.KeepAlive((from, along));
        return next;
    }

    public (Tensor Point, Tensor Momentum) Momentum(Tensor point, Tensor gradient, Tensor? momentum, float size, float decay)
    {
        var (from, along, next) = (TensorMemory.Aligned(point), TensorMemory.Aligned(gradient), empty_like(_images));
        var kept = momentum is null ? empty_like(_images) : momentum.clone();
        _stepper.Momentum(
            TensorMemory.Address(_images), TensorMemory.Address(from), TensorMemory.Address(along), TensorMemory.Address(kept), TensorMemory.Address(next), size, decay,
            first: momentum is null);
        GC.KeepAlive((from, along));
        return (next, kept);
    }

    public IReadOnlyList<int> NotFinite()
    {
        uint[] counts = _stepper.NotFinite();
        return [.. Enumerable.Range(0, counts.Length).Where(image => counts[image] != 0)];
    }

    public void Dispose() => _stepper.Dispose();
}
