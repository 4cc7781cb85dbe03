using System.Runtime.CompilerServices;

namespace UaaGan.Kernels;

/// <summary>
/// Zeroed float32 memory that never moves and begins at a multiple of 64 bytes, so that no vector load straddles two cache lines.
/// The garbage collector frees it: a search that still runs keeps it alive.
/// </summary>
internal sealed unsafe class AlignedBuffer
{
    private const int Alignment = 64;

    private readonly float[] _memory;
    private readonly int _offset;

    public AlignedBuffer(int length)
    {
        _memory = GC.AllocateArray<float>(length + (Alignment / sizeof(float)), pinned: true);
        Length = length;
        nuint address = (nuint)Unsafe.AsPointer(ref _memory[0]);
        _offset = (int)((nuint)(-(nint)address) % Alignment / sizeof(float));
        HugePages.Advise(address, (nuint)length * sizeof(float));
    }

    public int Length { get; }

    public Span<float> Span => _memory.AsSpan(_offset, Length);

    /// <summary>Valid while this object is reachable; use <see cref="GC.KeepAlive"/>.</summary>
    public float* Pointer => (float*)Unsafe.AsPointer(ref _memory[_offset]);
}
