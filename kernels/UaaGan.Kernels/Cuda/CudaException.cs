using System.Globalization;

namespace UaaGan.Kernels;

/// <summary>A call of the CUDA driver failed.</summary>
/// <param name="call">Which.</param>
/// <param name="code">The driver's number for the error.</param>
/// <param name="name">Its name, such as CUDA_ERROR_OUT_OF_MEMORY.</param>
public sealed class CudaException(string call, int code, string name)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"{call} failed: {name} ({code})."))
{
    /// <summary>The driver's number for the error.</summary>
    public int Code => code;

    /// <summary>
    /// Whether the context is lost: an address, an instruction or a time limit went wrong on the GPU, and every later call fails as well until the process ends.
    /// </summary>
    public bool IsFatal => code is 214 or 700 or 702 or (>= 709 and <= 710) or (>= 714 and <= 719) or 999;

    /// <summary>Whether there was not enough memory, which leaves the context as it was.</summary>
    public bool IsOutOfMemory => code == 2;
}
