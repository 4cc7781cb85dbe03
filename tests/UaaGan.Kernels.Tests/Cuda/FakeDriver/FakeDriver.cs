using System.Runtime.InteropServices;
using System.Text;

namespace UaaGan.Kernels.Tests;

/// <summary>libcuda.so.1 as libcuda.cpp makes it up, put in place of the driver's; what a process loads, it keeps, so tests share it and reset it.</summary>
internal static unsafe class FakeDriver
{
    private static readonly Lazy<nint> Library = new(() =>
    {
        string emulator = Repository.Emulator;
        string folder = Path.Combine(Repository.Root, "tests", "UaaGan.Kernels.Tests", "Cuda", "FakeDriver");
        CudaLibrary.File = Clang.Make(
            "libcuda.so", [Repository.Cuda, emulator, folder],
            [
                "-x", "c++", "-DUAAGAN_EMULATE", "-std=c++20", "-O2", "-march=native", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared",
                Path.Combine(folder, "libcuda.cpp"), .. new[] { "exports.cpp", "machine.cpp", "fibers.cpp" }.Select(file => Path.Combine(emulator, file)),
            ]);
        return NativeLibrary.Load(CudaLibrary.File);
    });

    /// <summary>Calls since the reset, in order.</summary>
    public static IReadOnlyList<string> Calls => Marshal.PtrToStringUTF8(((delegate* unmanaged<nint>)Export("fake_calls"))())!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Contexts, modules, allocations, streams and graphs that were not given back.</summary>
    public static int Live => ((delegate* unmanaged<int>)Export("fake_live"))();

    /// <summary>One GPU of compute capability 9.0, on which nothing fails.</summary>
    public static void Reset() => ((delegate* unmanaged<void>)Export("fake_reset"))();

    /// <summary>The n-th call of a function from here on fails, counted from 0; 700 and 719 take the context with them.</summary>
    public static void Fail(string call, int code, int after = 0)
    {
        fixed (byte* name = Encoding.UTF8.GetBytes(call + '\0')) ((delegate* unmanaged<byte*, int, int, void>)Export("fake_fail"))(name, code, after);
    }

    public static void SetDevice(int devices, int major, int minor) => ((delegate* unmanaged<int, int, int, void>)Export("fake_device"))(devices, major, minor);

    /// <summary>Launches do nothing from here on.</summary>
    public static void ComputeWrong() => ((delegate* unmanaged<void>)Export("fake_compute_wrong"))();

    private static nint Export(string name) => NativeLibrary.GetExport(Library.Value, name);
}
