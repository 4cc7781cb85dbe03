using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>
/// A handle of the driver that is given back once, from whatever thread, with its context current there. It keeps the context alive
/// until then. A driver that fails to take something back has lost the context; the call that lost it has said so.
/// </summary>
internal sealed class CudaHandle : SafeHandle
{
    private readonly ICudaDriver _driver;
    private readonly CudaContext _context;
    private readonly Action<nint> _release;

    /// <param name="driver">The driver.</param>
    /// <param name="context">The context that it belongs to.</param>
    /// <param name="value">The driver's handle.</param>
    /// <param name="release">Gives it back.</param>
    public CudaHandle(ICudaDriver driver, CudaContext context, nint value, Action<nint> release)
        : base(nint.Zero, ownsHandle: true)
    {
        (_driver, _context, _release) = (driver, context, release);
        bool added = false;
        context.DangerousAddRef(ref added);
        SetHandle(value);
    }

    public override bool IsInvalid => handle == nint.Zero;

    public nint Value => !IsClosed ? handle : throw new ObjectDisposedException(nameof(CudaHandle));

    protected override bool ReleaseHandle()
    {
        // Even where the context is lost each thing is handed back, so that what the process counts comes out even.
        bool entered = Succeeds(() => _driver.Enter(_context.Value));
        bool released = Succeeds(() => _release(handle));
        _context.DangerousRelease();
        return entered && released;
    }

    private static bool Succeeds(Action call)
    {
        try
        {
            call();
            return true;
        }
        catch (CudaException)
        {
            return false;
        }
    }
}
