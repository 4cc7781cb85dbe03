using TorchSharp;

namespace UaaGan.Networks;

/// <summary>Where networks run.</summary>
public static class TorchDevice
{
    /// <summary>The GPU of that number where the libtorch in use has CUDA and sees it, else the CPU.</summary>
    /// <param name="gpu">Its number, as the driver counts; null: the CPU.</param>
    public static torch.Device Of(int? gpu) =>
        gpu is { } ordinal && torch.cuda.is_available() && ordinal < torch.cuda.device_count() ? torch.device(DeviceType.CUDA, ordinal) : torch.CPU;

    /// <summary>Where a model's network runs: ONNX Runtime is the CPU's.</summary>
    /// <param name="card">The model.</param>
    /// <param name="libtorch">Where networks of libtorch run.</param>
    public static torch.Device Of(ModelCard card, torch.Device libtorch)
    {
        ArgumentNullException.ThrowIfNull(card);
        return card.Architecture == OnnxEngine.ArchitectureName ? torch.CPU : libtorch;
    }
}
