using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>Arrays between host and device.</summary>
public static class DeviceMemoryExtensions
{
    /// <summary>Memory for so many values, at least one.</summary>
    public static DeviceMemory Allocate<T>(this IKernelDevice device, long count)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(device);
        return device.Allocate(Math.Max(count, 1) * Unsafe.SizeOf<T>());
    }

    /// <summary>Memory that holds these values.</summary>
    public static DeviceMemory AllocateWith<T>(this IKernelDevice device, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        var memory = device.Allocate<T>(values.Length);
        try
        {
            device.Upload(memory.Address, MemoryMarshal.AsBytes(values));
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>Memory of zeros.</summary>
    public static DeviceMemory AllocateZeros<T>(this IKernelDevice device, long count)
        where T : unmanaged
    {
        var memory = device.Allocate<T>(count);
        try
        {
            device.Clear(memory.Address, memory.Bytes);
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    /// <summary>The first values of a piece of memory.</summary>
    public static T[] Read<T>(this IKernelDevice device, DeviceMemory memory, int count)
        where T : unmanaged
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(memory);
        var values = new T[count];
        device.Download(memory.Address, MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
