using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>One image of a batch, which begins at the same element of every array.</summary>
/// <param name="Offset">Elements before it.</param>
/// <param name="Pixels">Width times height, at least 1.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct ImageSpan(long Offset, int Pixels)
{
    private readonly int _reserved;
}
