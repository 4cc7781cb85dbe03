using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>What scan_topk is given; see kernels/cuda/scan_topk.cu for its contract.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct ScanArguments
{
    public ushort* Queries;
    public float* QueryResiduals;
    public ushort* Rows;
    public uint* Mask;
    public ulong* Candidates;
    public uint* Counts;
    public uint* Thresholds;
    public uint* Overflows;
    public long MaskStride;
    public int QueryCount;
    public int RowCount;
    public int Dimension;
    public int Stride;
    public int K;
    public int Capacity;
    public int Splits;
    public float RowResidual;
}
