using System.Runtime.InteropServices;
using TorchSharp;

namespace UaaGan.Networks;

/// <summary>Where tensors lie in memory, for kernels that work on them without a copy.</summary>
public static partial class TensorMemory
{
    // Accesses of four numbers at a time need it; libtorch itself aligns what it allocates to 64 bytes.
    private const int Alignment = 16;

    /// <summary>
    /// Address of a dense tensor's first value, in the memory of its device: the host's for one on the CPU, the GPU's for one there. Whoever
    /// uses it holds the tensor meanwhile.
    /// </summary>
    public static nint Address(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (!tensor.is_contiguous()) throw new ArgumentException("The tensor's values do not lie side by side.", nameof(tensor));
        var address = Data(tensor.Handle);
        GC.KeepAlive(tensor);
        return address;
    }

    /// <summary>The tensor itself where its values lie side by side from a multiple of 16 bytes on, else such a copy.</summary>
    public static torch.Tensor Aligned(torch.Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var dense = tensor.contiguous();
        return Address(dense) % Alignment == 0 ? dense : dense.clone();
    }

    /// <summary>Refuses a tensor that lies in another memory than that of the device that is to work on it.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="gpu">Whether that device is a GPU.</param>
    public static void RequireOn(torch.Tensor tensor, bool gpu)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if ((tensor.device_type == DeviceType.CUDA) != gpu)
            throw new ArgumentException($"The tensor is on {tensor.device}; the kernels run on {(gpu ? "a GPU" : "the CPU")}.", nameof(tensor));
    }

    // It heeds the offset of a view, which the storage's address does not.
    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    private static partial nint Data(nint tensor);
}
