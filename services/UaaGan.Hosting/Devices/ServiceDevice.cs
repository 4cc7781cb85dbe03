using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using UaaGan.Kernels;

namespace UaaGan.Hosting;

/// <summary>The device that <see cref="ServiceOptions.Device"/> asks for, opened once, before the service listens.</summary>
public sealed partial class ServiceDevice : IDisposable
{
    private readonly ILogger _logger;
    private int _told;

    /// <exception cref="UaaGan.Failures.FailureException">A GPU that was named cannot be used.</exception>
    public ServiceDevice(IOptions<ServiceOptions> options, ILogger<ServiceDevice> logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        _logger = logger;
#if UAAGAN_MANAGED_CUDA
        UaaGan.Kernels.ManagedCuda.ManagedCudaBinding.Use();
#endif
        Kernels = KernelDevices.Open(DeviceChoice.Parse(options.Value.Device), reason => LogFellBack(logger, reason), options.Value.TorchThreads);
        Host = Kernels as CpuDevice ?? new CpuDevice(options.Value.TorchThreads);
        LogOpened(logger, Kernels.Name);
    }

    /// <summary>Where kernels run on memory of their own.</summary>
    public IKernelDevice Kernels { get; }

    /// <summary>The CPU, for what lies in the host's memory: its kernels give the same bits.</summary>
    public CpuDevice Host { get; }

    /// <summary>The GPU; null where the CPU serves.</summary>
    public CudaDevice? Gpu => Kernels as CudaDevice;

    /// <summary>Why the GPU no longer works, which only a new process mends; null while it does, and on the CPU. Logs it the first time.</summary>
    public string? FindLoss()
    {
        if (Gpu?.Lost is not { } loss) return null;
        if (Interlocked.Exchange(ref _told, 1) == 0) LogLost(_logger, loss.Message);
        return loss.Message;
    }

    /// <inheritdoc/>
    public void Dispose() => Kernels.Dispose();

    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Kernels run on {Device}")]
    private static partial void LogOpened(ILogger logger, string device);

    [LoggerMessage(EventId = 3, Level = LogLevel.Error, Message = "The GPU is lost until the service is started anew: {Reason}")]
    private static partial void LogLost(ILogger logger, string reason);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Device auto: the CPU serves, for no GPU can be used. {Reason}")]
    private static partial void LogFellBack(ILogger logger, string reason);
}
