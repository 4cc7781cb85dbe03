using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>The primary context of a GPU, which libtorch shares; released when nothing needs it any more.</summary>
internal sealed class CudaContext : SafeHandle
{
    private readonly ICudaDriver _driver;
    private readonly int _ordinal;

    public CudaContext(ICudaDriver driver, int ordinal)
        : base(nint.Zero, ownsHandle: true)
    {
        (_driver, _ordinal) = (driver, ordinal);
        SetHandle(driver.RetainContext(ordinal));
    }

    public override bool IsInvalid => handle == nint.Zero;

    public nint Value => handle;

    protected override bool ReleaseHandle()
    {
        try
        {
            _driver.ReleaseContext(_ordinal);
            return true;
        }
        catch (CudaException)
        {
            return false;
        }
    }
}
