namespace UaaGan.Kernels.Tests;

/// <summary>The faults of kernels/cuda/faults.cuh, in its order.</summary>
public enum Fault
{
    None,
    MissingBlockBarrier,
    MissingWarpBarrier,
    LaxAsynchronousWait,
    MissingStageBarrier,
    TailOffByOne,
    RowPastTheEnd,
    ThresholdWithoutMargin,
    BarrierInABranch,
}
