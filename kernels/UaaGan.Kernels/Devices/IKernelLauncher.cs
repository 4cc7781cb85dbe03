namespace UaaGan.Kernels;

/// <summary>Runs kernels of kernels/cuda by name: a GPU does, and so does the emulator.</summary>
internal interface IKernelLauncher
{
    /// <summary>Launches a kernel with its one argument, a structure passed by value.</summary>
    void Launch<TArguments>(in LaunchPlan plan, in TArguments arguments)
        where TArguments : unmanaged;
}
