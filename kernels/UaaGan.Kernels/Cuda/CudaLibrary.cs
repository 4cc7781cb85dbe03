using System.Reflection;
using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>Which file the driver API comes from: the one that the GPU's driver installs, or the one that a test puts in its place.</summary>
internal static class CudaLibrary
{
    public const string Name = "libcuda.so.1";

    /// <summary>The file to load; to be set before the first call.</summary>
    public static string File { get; set; } = Name;

    /// <summary>Makes this the place where the assembly's calls are looked up; once, before the first call.</summary>
    public static void Register() => NativeLibrary.SetDllImportResolver(typeof(CudaLibrary).Assembly, Resolve);

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? search) =>
        name == Name && File != Name ? NativeLibrary.Load(File) : nint.Zero;
}
