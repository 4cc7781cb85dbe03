using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace UaaGan.Kernels.ManagedCuda;

/// <summary>ManagedCuda as the way to the CUDA driver, in the place of the binding of our own.</summary>
public static class ManagedCudaBinding
{
    // What ManagedCuda asks for once it has not found libcuda.so, which comes with NVIDIA's toolkit and not with its driver.
    private const string WindowsName = "nvcuda";

    private static int _registered;

    /// <summary>Makes every device that is opened from here on go through ManagedCuda.</summary>
    public static void Use()
    {
        FindDriver();
        KernelDevices.Driver = static () => new ManagedCudaDriver();
    }

    /// <summary>Lets ManagedCuda find the library that the driver installs.</summary>
    internal static void FindDriver()
    {
        if (Interlocked.Exchange(ref _registered, 1) != 0) return;
        AssemblyLoadContext.Default.ResolvingUnmanagedDll += static (_, name) =>
            name == WindowsName && NativeLibrary.TryLoad(CudaLibrary.File, out nint library) ? library : nint.Zero;
    }
}
