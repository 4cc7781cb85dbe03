namespace UaaGan.Kernels;

/// <summary>
/// What kernels need of a CUDA driver. Calls throw <see cref="CudaException"/>; handles and addresses are the driver's own. Streams are
/// the default one where zero, in order with libtorch.
/// </summary>
internal unsafe interface ICudaDriver
{
    /// <summary>Which binding, for reports.</summary>
    string Name { get; }

    /// <summary>Starts the driver, and says how many GPUs there are.</summary>
    int CountDevices();

    CudaDeviceFacts Describe(int ordinal);

    /// <summary>Shares the context that libtorch uses, too.</summary>
    nint RetainContext(int ordinal);

    void ReleaseContext(int ordinal);

    /// <summary>Makes a context that of the calling thread.</summary>
    void Enter(nint context);

    /// <summary>Compiles PTX for the GPU of the current context.</summary>
    nint LoadModule(string ptx);

    void UnloadModule(nint module);

    nint FindFunction(nint module, string name);

    /// <summary>Lets a kernel have so many bytes of shared memory, which beyond 48 KiB it must be granted.</summary>
    void AllowSharedBytes(nint function, int bytes);

    void Launch(nint function, in LaunchPlan plan, nint stream, void* argument);

    nint Allocate(long bytes);

    void Free(nint address);

    void Upload(nint destination, void* source, long bytes, nint stream);

    void Download(void* destination, nint source, long bytes, nint stream);

    /// <summary>From one place on the GPU to another.</summary>
    void Copy(nint destination, nint source, long bytes, nint stream);

    void Clear(nint address, long bytes, nint stream);

    void Synchronize(nint stream);

    nint CreateStream();

    void DestroyStream(nint stream);

    /// <summary>From here on the stream's launches are recorded and not run.</summary>
    void BeginCapture(nint stream);

    /// <summary>Ends the recording and makes it ready to be launched.</summary>
    nint EndCapture(nint stream);

    void LaunchGraph(nint graph, nint stream);

    void DestroyGraph(nint graph);
}

/// <summary>What a GPU is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Major">Compute capability before the point.</param>
/// <param name="Minor">Compute capability behind it.</param>
/// <param name="Multiprocessors">How many blocks run side by side, at one each.</param>
/// <param name="DriverVersion">CUDA version that the driver knows, such as 12080 for 12.8.</param>
internal sealed record CudaDeviceFacts(string Name, int Major, int Minor, int Multiprocessors, int DriverVersion);
