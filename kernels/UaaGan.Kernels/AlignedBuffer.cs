using System.Runtime.CompilerServices;

namespace UaaGan.Kernels;

/// <summary>
/// Zeroed float32 memory that never moves and begins at a multiple of 64 bytes, so that no vector load straddles two cache lines.
/// The garbage collector frees it: a search that still runs keeps it alive.
/// </summary>
internal sealed unsafe class AlignedBuffer
{
    private const int Alignment = 64;

    // Memory of at least one huge page is asked for in huge pages: a scan of ordinary ones waits for the table of pages, the more so in a virtual machine.
    private const int HugePageBytes = 2 << 20;

    private readonly float[] _memory;
    private readonly int _offset;

    public AlignedBuffer(int length)
    {
        _memory = GC.AllocateArray<float>(length + (Alignment / sizeof(float)), pinned: true);
        Length = length;
        nuint address = (nuint)Unsafe.AsPointer(ref _memory[0]);
        _offset = (int)((nuint)(-(nint)address) % Alignment / sizeof(float));
        if ((long)length * sizeof(float) >= HugePageBytes) HugePages.Advise(address, (nuint)length * sizeof(float));
    }

    public int Length { get; }

    public Span<float> Span => _memory.AsSpan(_offset, Length);

    /// <summary>Valid while this object is reachable; use <see cref="GC.KeepAlive"/>.</summary>
    public float* Pointer => (float*)Unsafe.AsPointer(ref _memory[_offset]);
}
