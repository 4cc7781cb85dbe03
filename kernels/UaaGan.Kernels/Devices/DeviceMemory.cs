namespace UaaGan.Kernels;

/// <summary>Memory of a device, freed when it is disposed of.</summary>
/// <param name="address">Where it begins.</param>
/// <param name="bytes">How long it is.</param>
/// <param name="free">Gives it back.</param>
public sealed class DeviceMemory(nint address, long bytes, Action<nint> free) : IDisposable
{
    private bool _freed;

    /// <summary>Where it begins, on the device.</summary>
    public nint Address => !_freed ? address : throw new ObjectDisposedException(nameof(DeviceMemory));

    /// <summary>Its length.</summary>
    public long Bytes => bytes;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_freed) return;
        _freed = true;
        free(address);
    }
}
