using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>What rerank_exact is given; see kernels/cuda/rerank_exact.cu for its contract.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct RerankArguments
{
    public float* Queries;
    public float* Rows;
    public ulong* Candidates;
    public uint* Counts;
    public uint* Thresholds;
    public ulong* Best;
    public int* Found;
    public int QueryCount;
    public int Dimension;
    public int K;
    public int Capacity;
    public int Splits;
    public int Half;
}
