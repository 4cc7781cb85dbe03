namespace UaaGan.Kernels;

/// <summary>
/// One kernel on one device. Arguments point to memory of that device; a kernel assumes what they promise, the classes that fill
/// them in check it. Results are there when the device has been synchronised.
/// </summary>
/// <typeparam name="TArguments">What the kernel is given, laid out as in kernels/cuda/arguments.cuh.</typeparam>
public interface IKernel<TArguments>
    where TArguments : unmanaged
{
    /// <summary>Runs it, or queues it behind what runs.</summary>
    void Run(in TArguments arguments);
}
