using UaaGan.Failures;

namespace UaaGan.Kernels;

/// <summary>Opens the device that an option asks for.</summary>
public static class KernelDevices
{
    /// <summary>How the CUDA driver is reached; another binding may take the place of our own, before the first device is opened.</summary>
    internal static Func<ICudaDriver> Driver { get; set; } = static () => new NativeCudaDriver();

    /// <summary>
    /// The device of a choice. A GPU is tried out first, against the CPU on a small batch: under auto one that is missing or fails means the
    /// CPU, with the reason; a GPU that was named never falls back.
    /// </summary>
    /// <param name="choice">auto, cpu or cuda:N.</param>
    /// <param name="fellBack">Is told why the CPU serves where a GPU was looked for; for the log.</param>
    /// <param name="threads">Threads of the CPU at most; 0: one for each processor.</param>
    /// <exception cref="FailureException">GPU_UNUSABLE, or another reason, when the named GPU does not work.</exception>
    public static IKernelDevice Open(DeviceChoice choice, Action<string> fellBack, int threads = 0) => Open(choice, fellBack, threads, Driver());

    internal static IKernelDevice Open(DeviceChoice choice, Action<string> fellBack, int threads, ICudaDriver driver)
    {
        ArgumentNullException.ThrowIfNull(fellBack);
        if (choice.Ordinal is not { } ordinal) return new CpuDevice(threads);
        try
        {
            return OpenGpu(driver, ordinal);
        }
        catch (FailureException failure) when (choice.MayUseCpu)
        {
            fellBack($"{failure.Reason}: {failure.Message}");
            return new CpuDevice(threads);
        }
    }

    private static CudaDevice OpenGpu(ICudaDriver driver, int ordinal)
    {
        CudaDevice? device = null;
        try
        {
            device = new CudaDevice(driver, ordinal);
            DeviceSelfTest.Run(device);
            return device;
        }
        catch (Exception failure) when (failure is DllNotFoundException or EntryPointNotFoundException or BadImageFormatException or CudaException)
        {
            device?.Dispose();
            throw new FailureException(FailureKind.Unavailable, "GPU_UNUSABLE", $"cuda:{ordinal} cannot be used: {Told(failure)}", failure);
        }
        catch
        {
            device?.Dispose();
            throw;
        }
    }

    // The loader's own text names folders.
    private static string Told(Exception failure) => failure is DllNotFoundException ? $"the driver's library {CudaLibrary.Name} is not there." : failure.Message;
}
