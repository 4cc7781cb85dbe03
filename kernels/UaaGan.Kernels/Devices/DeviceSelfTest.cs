using UaaGan.Failures;

namespace UaaGan.Kernels;

/// <summary>Whether a device computes what the CPU computes, bit for bit, on a small batch.</summary>
internal static unsafe class DeviceSelfTest
{
    private const int Pixels = 1001;
    private const int Channels = 3;
    private const int Elements = Pixels * Channels;

    /// <exception cref="FailureException">GPU_WRONG.</exception>
    public static void Run(IKernelDevice device)
    {
        using var cpu = new CpuDevice(threads: 1);
        var (expected, expectedStatistics) = Perturb(cpu);
        var (found, foundStatistics) = Perturb(device);
        if (found.AsSpan().SequenceEqual(expected) && foundStatistics == expectedStatistics) return;
        throw new FailureException(FailureKind.Unavailable, "GPU_WRONG", $"{device.Name} computes other bits than the CPU; it is not used.");
    }

    private static (byte[] Adversarial, PerturbStatistics Statistics) Perturb(IKernelDevice device)
    {
        float[] raw = [.. Enumerable.Range(0, Elements).Select(i => (i - (Elements / 2)) / 300f)];
        byte[] pixels = [.. Enumerable.Range(0, Elements).Select(i => (byte)(i * 7))];
        using var rawMemory = device.AllocateWith<float>(raw);
        using var original = device.AllocateWith<byte>(pixels);
        using var adversarial = device.AllocateZeros<byte>(Elements);
        using var images = device.AllocateWith<ImageSpan>([new ImageSpan(0, Pixels)]);
        using var statistics = device.AllocateZeros<PerturbStatistics>(1);
        device.PerturbForward.Run(new PerturbArguments
        {
            Raw = (float*)rawMemory.Address,
            Original = (byte*)original.Address,
            Adversarial = (byte*)adversarial.Address,
            Images = (ImageSpan*)images.Address,
            Statistics = (PerturbStatistics*)statistics.Address,
            ImageCount = 1,
            LargestImage = Pixels,
            Channels = Channels,
            Levels = 8,
        });
        device.Synchronize();
        return (device.Read<byte>(adversarial, Elements), device.Read<PerturbStatistics>(statistics, 1)[0]);
    }
}
