using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using ManagedCuda.BasicTypes;
using static ManagedCuda.DriverAPINativeMethods;

namespace UaaGan.Kernels.ManagedCuda;

/// <summary>The driver API by ManagedCuda 12.</summary>
internal sealed unsafe class ManagedCudaDriver : ICudaDriver
{
    private readonly ConcurrentDictionary<int, CUdevice> _devices = new();

    public string Name => "ManagedCuda";

    public int CountDevices()
    {
        int count = 0;
        Check(cuInit(CUInitializationFlags.None), nameof(cuInit));
        Check(DeviceManagement.cuDeviceGetCount(ref count), nameof(DeviceManagement.cuDeviceGetCount));
        return count;
    }

    public CudaDeviceFacts Describe(int ordinal)
    {
        var device = Device(ordinal);
        byte[] name = new byte[256];
        Check(DeviceManagement.cuDeviceGetName(name, name.Length, device), nameof(DeviceManagement.cuDeviceGetName));
        int version = 0;
        Check(cuDriverGetVersion(ref version), nameof(cuDriverGetVersion));
        return new CudaDeviceFacts(
            Encoding.UTF8.GetString(name.AsSpan(0, Array.IndexOf(name, (byte)0))),
            Attribute(CUDeviceAttribute.ComputeCapabilityMajor, device), Attribute(CUDeviceAttribute.ComputeCapabilityMinor, device),
            Attribute(CUDeviceAttribute.MultiProcessorCount, device), version);
    }

    public nint RetainContext(int ordinal)
    {
        CUcontext context = default;
        Check(ContextManagement.cuDevicePrimaryCtxRetain(ref context, Device(ordinal)), nameof(ContextManagement.cuDevicePrimaryCtxRetain));
        return context.Pointer;
    }

    public void ReleaseContext(int ordinal) =>
        Check(ContextManagement.cuDevicePrimaryCtxRelease(Device(ordinal)), nameof(ContextManagement.cuDevicePrimaryCtxRelease));

    public void Enter(nint context) => Check(ContextManagement.cuCtxSetCurrent(new CUcontext { Pointer = context }), nameof(ContextManagement.cuCtxSetCurrent));

    public nint LoadModule(string ptx)
    {
        CUmodule module = default;
        Check(ModuleManagement.cuModuleLoadDataEx(ref module, Encoding.ASCII.GetBytes(ptx + '\0'), 0, null, null), nameof(ModuleManagement.cuModuleLoadDataEx));
        return module.Pointer;
    }

    public void UnloadModule(nint module) => Check(ModuleManagement.cuModuleUnload(new CUmodule { Pointer = module }), nameof(ModuleManagement.cuModuleUnload));

    public nint FindFunction(nint module, string name)
    {
        CUfunction function = default;
        Check(ModuleManagement.cuModuleGetFunction(ref function, new CUmodule { Pointer = module }, name), nameof(ModuleManagement.cuModuleGetFunction));
        return function.Pointer;
    }

    public void AllowSharedBytes(nint function, int bytes) => Check(
        FunctionManagement.cuFuncSetAttribute(new CUfunction { Pointer = function }, CUFunctionAttribute.MaxDynamicSharedSizeBytes, bytes),
        nameof(FunctionManagement.cuFuncSetAttribute));

    public void Launch(nint function, in LaunchPlan plan, nint stream, void* argument) => Check(
        global::ManagedCuda.DriverAPINativeMethods.Launch.cuLaunchKernel(
            new CUfunction { Pointer = function }, (uint)plan.GridX, (uint)plan.GridY, 1, LaunchPlan.Threads, 1, 1, (uint)plan.SharedBytes, Stream(stream), [(nint)argument], null),
        nameof(global::ManagedCuda.DriverAPINativeMethods.Launch.cuLaunchKernel));

    public nint Allocate(long bytes)
    {
        CUdeviceptr address = default;
        Check(MemoryManagement.cuMemAlloc_v2(ref address, new SizeT(bytes)), nameof(MemoryManagement.cuMemAlloc_v2));
        return (nint)(long)address.Pointer;
    }

    public void Free(nint address) => Check(MemoryManagement.cuMemFree_v2(Pointer(address)), nameof(MemoryManagement.cuMemFree_v2));

    public void Upload(nint destination, void* source, long bytes, nint stream) => Check(
        AsynchronousMemcpy_v2.cuMemcpyHtoDAsync_v2(Pointer(destination), (nint)source, new SizeT(bytes), Stream(stream)), nameof(AsynchronousMemcpy_v2.cuMemcpyHtoDAsync_v2));

    public void Download(void* destination, nint source, long bytes, nint stream) => Check(
        AsynchronousMemcpy_v2.cuMemcpyDtoHAsync_v2((nint)destination, Pointer(source), new SizeT(bytes), Stream(stream)), nameof(AsynchronousMemcpy_v2.cuMemcpyDtoHAsync_v2));

    public void Copy(nint destination, nint source, long bytes, nint stream) => Check(
        AsynchronousMemcpy_v2.cuMemcpyDtoDAsync_v2(Pointer(destination), Pointer(source), new SizeT(bytes), Stream(stream)), nameof(AsynchronousMemcpy_v2.cuMemcpyDtoDAsync_v2));

    public void Clear(nint address, long bytes, nint stream) =>
        Check(MemsetAsync.cuMemsetD8Async(Pointer(address), 0, new SizeT(bytes), Stream(stream)), nameof(MemsetAsync.cuMemsetD8Async));

    public void Synchronize(nint stream) => Check(Streams.cuStreamSynchronize(Stream(stream)), nameof(Streams.cuStreamSynchronize));

    public nint CreateStream()
    {
        CUstream stream = default;
        Check(Streams.cuStreamCreate(ref stream, CUStreamFlags.Default), nameof(Streams.cuStreamCreate));
        return stream.Pointer;
    }

    public void DestroyStream(nint stream) => Check(Streams.cuStreamDestroy_v2(Stream(stream)), nameof(Streams.cuStreamDestroy_v2));

    public void BeginCapture(nint stream) => Check(Streams.cuStreamBeginCapture(Stream(stream), CUstreamCaptureMode.Local), nameof(Streams.cuStreamBeginCapture));

    public nint EndCapture(nint stream)
    {
        CUgraph graph = default;
        Check(Streams.cuStreamEndCapture(Stream(stream), ref graph), nameof(Streams.cuStreamEndCapture));
        CUgraphExec executable = default;
        var instantiated = GraphManagment.cuGraphInstantiate(ref executable, graph, default);
        // The executable graph stands on its own.
        var destroyed = GraphManagment.cuGraphDestroy(graph);
        Check(instantiated, nameof(GraphManagment.cuGraphInstantiate));
        Check(destroyed, nameof(GraphManagment.cuGraphDestroy));
        return executable.Pointer;
    }

    public void LaunchGraph(nint graph, nint stream) =>
        Check(GraphManagment.cuGraphLaunch(new CUgraphExec { Pointer = graph }, Stream(stream)), nameof(GraphManagment.cuGraphLaunch));

    public void DestroyGraph(nint graph) => Check(GraphManagment.cuGraphExecDestroy(new CUgraphExec { Pointer = graph }), nameof(GraphManagment.cuGraphExecDestroy));

    // Asked once: a context that is lost can still be given back, and the driver answers no question then.
    private CUdevice Device(int ordinal)
    {
        if (_devices.TryGetValue(ordinal, out var known)) return known;
        CUdevice device = default;
        Check(DeviceManagement.cuDeviceGet(ref device, ordinal), nameof(DeviceManagement.cuDeviceGet));
        return _devices[ordinal] = device;
    }

    private static int Attribute(CUDeviceAttribute attribute, CUdevice device)
    {
        int value = 0;
        Check(DeviceManagement.cuDeviceGetAttribute(ref value, attribute, device), nameof(DeviceManagement.cuDeviceGetAttribute));
        return value;
    }

    private static CUstream Stream(nint stream) => new() { Pointer = stream };

    private static CUdeviceptr Pointer(nint address) => new() { Pointer = new SizeT(address) };

    private static void Check(CUResult result, string call)
    {
        if (result == CUResult.Success) return;
        nint text = 0;
        string? name = ErrorHandling.cuGetErrorName(result, ref text) == CUResult.Success ? Marshal.PtrToStringUTF8(text) : null;
        throw new CudaException(call, (int)result, name ?? string.Create(CultureInfo.InvariantCulture, $"{result}"));
    }
}
