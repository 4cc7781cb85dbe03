using TorchSharp;
using UaaGan.Hosting;
using UaaGan.Kernels;
using UaaGan.Networks;

namespace UaaGan.Perturbation;

/// <summary>Where tensors lie, and what runs kernels there. Where libtorch is the CPU's, so are the kernels, whatever GPU there is.</summary>
internal sealed partial class TensorDevice
{
    private readonly ServiceDevice _device;

    public TensorDevice(ServiceDevice device, ILogger<TensorDevice> logger)
        : this(device, TorchDevice.Of(device.Gpu?.Ordinal))
    {
        if (device.Gpu is { } gpu && Torch.type == DeviceType.CPU) LogSplit(logger, gpu.Name);
    }

    private TensorDevice(ServiceDevice device, torch.Device libtorch) => (_device, Torch) = (device, libtorch);

    /// <summary>Where tensors lie.</summary>
    public torch.Device Torch { get; }

    /// <summary>What runs kernels on them.</summary>
    public IKernelDevice Kernels => Torch.type == DeviceType.CPU ? _device.Host : _device.Kernels;

    /// <summary>The CPU's, for networks that are another service's.</summary>
    public TensorDevice OnHost => new(_device, torch.CPU);

    [LoggerMessage(EventId = 1, Level = LogLevel.Warning, Message = "{Gpu} works, but this libtorch has no CUDA: networks, generators and attacks run on the CPU")]
    private static partial void LogSplit(ILogger logger, string gpu);
}
