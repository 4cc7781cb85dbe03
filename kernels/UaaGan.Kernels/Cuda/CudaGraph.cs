namespace UaaGan.Kernels;

/// <summary>Launches that were recorded, to be launched again as one: perturbation, target network and distance without a word from the host between them.</summary>
public sealed class CudaGraph : IDisposable
{
    private readonly CudaDevice _device;
    private readonly CudaHandle _handle;

    internal CudaGraph(CudaDevice device, CudaHandle handle) => (_device, _handle) = (device, handle);

    /// <summary>Queues everything recorded, with the addresses that it was recorded with.</summary>
    public void Launch() => _device.Launch(_handle);

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();
}
