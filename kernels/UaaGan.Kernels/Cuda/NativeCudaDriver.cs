using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace UaaGan.Kernels;

/// <summary>The driver API by its C functions.</summary>
internal sealed unsafe class NativeCudaDriver : ICudaDriver
{
    private const int CapabilityMajor = 75;
    private const int CapabilityMinor = 76;
    private const int MultiprocessorCount = 16;
    private const int MaxDynamicSharedBytes = 8;

    // Capture must not be disturbed by what other threads do, such as libtorch's.
    private const int CaptureThreadLocal = 1;

    private readonly ConcurrentDictionary<int, int> _devices = new();

    static NativeCudaDriver() => CudaLibrary.Register();

    public string Name => "driver API";

    public int CountDevices()
    {
        Check(NativeMethods.cuInit(0), nameof(NativeMethods.cuInit));
        Check(NativeMethods.cuDeviceGetCount(out int count), nameof(NativeMethods.cuDeviceGetCount));
        return count;
    }

    public CudaDeviceFacts Describe(int ordinal)
    {
        int device = Device(ordinal);
        byte* name = stackalloc byte[256];
        Check(NativeMethods.cuDeviceGetName(name, 256, device), nameof(NativeMethods.cuDeviceGetName));
        Check(NativeMethods.cuDriverGetVersion(out int version), nameof(NativeMethods.cuDriverGetVersion));
        return new CudaDeviceFacts(
            Marshal.PtrToStringUTF8((nint)name)!, Attribute(CapabilityMajor, device), Attribute(CapabilityMinor, device), Attribute(MultiprocessorCount, device), version);
    }

    public nint RetainContext(int ordinal)
    {
        Check(NativeMethods.cuDevicePrimaryCtxRetain(out nint context, Device(ordinal)), nameof(NativeMethods.cuDevicePrimaryCtxRetain));
        return context;
    }

    public void ReleaseContext(int ordinal) => Check(NativeMethods.cuDevicePrimaryCtxRelease_v2(Device(ordinal)), nameof(NativeMethods.cuDevicePrimaryCtxRelease_v2));

    public void Enter(nint context) => Check(NativeMethods.cuCtxSetCurrent(context), nameof(NativeMethods.cuCtxSetCurrent));

    public nint LoadModule(string ptx)
    {
        fixed (byte* text = Encoding.ASCII.GetBytes(ptx + '\0'))
        {
            Check(NativeMethods.cuModuleLoadDataEx(out nint module, text, 0, null, null), nameof(NativeMethods.cuModuleLoadDataEx));
            return module;
        }
    }

    public void UnloadModule(nint module) => Check(NativeMethods.cuModuleUnload(module), nameof(NativeMethods.cuModuleUnload));

    public nint FindFunction(nint module, string name)
    {
        Check(NativeMethods.cuModuleGetFunction(out nint function, module, name), nameof(NativeMethods.cuModuleGetFunction));
        return function;
    }

    public void AllowSharedBytes(nint function, int bytes) =>
        Check(NativeMethods.cuFuncSetAttribute(function, MaxDynamicSharedBytes, bytes), nameof(NativeMethods.cuFuncSetAttribute));

    public void Launch(nint function, in LaunchPlan plan, nint stream, void* argument) => Check(
        NativeMethods.cuLaunchKernel(function, (uint)plan.GridX, (uint)plan.GridY, 1, LaunchPlan.Threads, 1, 1, (uint)plan.SharedBytes, stream, &argument, null),
        nameof(NativeMethods.cuLaunchKernel));

    public nint Allocate(long bytes)
    {
        Check(NativeMethods.cuMemAlloc_v2(out nint address, (nuint)bytes), nameof(NativeMethods.cuMemAlloc_v2));
        return address;
    }

    public void Free(nint address) => Check(NativeMethods.cuMemFree_v2(address), nameof(NativeMethods.cuMemFree_v2));

    public void Upload(nint destination, void* source, long bytes, nint stream) =>
        Check(NativeMethods.cuMemcpyHtoDAsync_v2(destination, source, (nuint)bytes, stream), nameof(NativeMethods.cuMemcpyHtoDAsync_v2));

    public void Download(void* destination, nint source, long bytes, nint stream) =>
        Check(NativeMethods.cuMemcpyDtoHAsync_v2(destination, source, (nuint)bytes, stream), nameof(NativeMethods.cuMemcpyDtoHAsync_v2));

    public void Copy(nint destination, nint source, long bytes, nint stream) =>
        Check(NativeMethods.cuMemcpyDtoDAsync_v2(destination, source, (nuint)bytes, stream), nameof(NativeMethods.cuMemcpyDtoDAsync_v2));

    public void Clear(nint address, long bytes, nint stream) =>
        Check(NativeMethods.cuMemsetD8Async(address, 0, (nuint)bytes, stream), nameof(NativeMethods.cuMemsetD8Async));

    public void Synchronize(nint stream) => Check(NativeMethods.cuStreamSynchronize(stream), nameof(NativeMethods.cuStreamSynchronize));

    public nint CreateStream()
    {
        Check(NativeMethods.cuStreamCreate(out nint stream, 0), nameof(NativeMethods.cuStreamCreate));
        return stream;
    }

    public void DestroyStream(nint stream) => Check(NativeMethods.cuStreamDestroy_v2(stream), nameof(NativeMethods.cuStreamDestroy_v2));

    public void BeginCapture(nint stream) => Check(NativeMethods.cuStreamBeginCapture_v2(stream, CaptureThreadLocal), nameof(NativeMethods.cuStreamBeginCapture_v2));

    public nint EndCapture(nint stream)
    {
        Check(NativeMethods.cuStreamEndCapture(stream, out nint graph), nameof(NativeMethods.cuStreamEndCapture));
        int instantiated = NativeMethods.cuGraphInstantiateWithFlags(out nint executable, graph, 0);
        // The executable graph stands on its own.
        int destroyed = NativeMethods.cuGraphDestroy(graph);
        Check(instantiated, nameof(NativeMethods.cuGraphInstantiateWithFlags));
        Check(destroyed, nameof(NativeMethods.cuGraphDestroy));
        return executable;
    }

    public void LaunchGraph(nint graph, nint stream) => Check(NativeMethods.cuGraphLaunch(graph, stream), nameof(NativeMethods.cuGraphLaunch));

    public void DestroyGraph(nint graph) => Check(NativeMethods.cuGraphExecDestroy(graph), nameof(NativeMethods.cuGraphExecDestroy));

    // Asked once: a context that is lost can still be given back, and the driver answers no question then.
    private int Device(int ordinal)
    {
        if (_devices.TryGetValue(ordinal, out int known)) return known;
        Check(NativeMethods.cuDeviceGet(out int device, ordinal), nameof(NativeMethods.cuDeviceGet));
        return _devices[ordinal] = device;
    }

    private static int Attribute(int attribute, int device)
    {
        Check(NativeMethods.cuDeviceGetAttribute(out int value, attribute, device), nameof(NativeMethods.cuDeviceGetAttribute));
        return value;
    }

    private static void Check(int code, string call)
    {
        if (code == 0) return;
        string? name = NativeMethods.cuGetErrorName(code, out nint text) == 0 ? Marshal.PtrToStringUTF8(text) : null;
        throw new CudaException(call, code, name ?? "an error without a name");
    }
}
