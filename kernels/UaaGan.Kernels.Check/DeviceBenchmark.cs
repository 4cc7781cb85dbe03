using System.Diagnostics;

namespace UaaGan.Kernels.Check;

/// <summary>Times the kernels beside the device's own copies; PyTorch, where it is, times the same by its operations.</summary>
internal static unsafe class DeviceBenchmark
{
    private const int Images = 64, Side = 224, Channels = 3;
    private const int Rows = 1_000_000, Dimension = 512, Queries = 1024, K = 100;
    private const double LeastSeconds = 0.5;
    private const int CheckedQueries = 4;

    public static void Run(IKernelDevice device)
    {
        double copy = Copies(device);
        Perturb(device, copy);
        if (device is CudaDevice) Search(device);
        Torch();
    }

    private static double Copies(IKernelDevice device)
    {
        if (device is not CudaDevice gpu) return double.NaN;
        const long Bytes = 1L << 30;
        using DeviceMemory from = device.Allocate(Bytes), to = device.Allocate(Bytes);
        double seconds = Time(device, () => gpu.Copy(to.Address, from.Address, Bytes));
        Console.WriteLine($"copies on the device: {2 * Bytes / seconds / 1e9:F0} GB/s, read and written");
        return 2 * Bytes / seconds;
    }

    private static void Perturb(IKernelDevice device, double copy)
    {
        const int Pixels = Side * Side;
        const long Elements = (long)Images * Pixels * Channels;
        using DeviceMemory raw = device.AllocateZeros<float>(Elements), input = device.AllocateZeros<float>(Elements);
        using DeviceMemory original = device.AllocateZeros<byte>(Elements), adversarial = device.AllocateZeros<byte>(Elements);
        using var images = device.AllocateWith<ImageSpan>([.. Enumerable.Range(0, Images).Select(image => new ImageSpan((long)image * Pixels * Channels, Pixels))]);
        using var statistics = device.AllocateZeros<PerturbStatistics>(Images);
        var arguments = new PerturbArguments
        {
            Raw = (float*)raw.Address,
            Original = (byte*)original.Address,
            Adversarial = (byte*)adversarial.Address,
            NetworkInput = (float*)input.Address,
            Images = (ImageSpan*)images.Address,
            Statistics = (PerturbStatistics*)statistics.Address,
            ImageCount = Images,
            LargestImage = Pixels,
            Channels = Channels,
            Levels = 8,
            Scale = ChannelValues.All(4),
            Bias = ChannelValues.All(-2),
        };
        double seconds = Time(device, () => device.PerturbForward.Run(arguments));
        double rate = Elements * 10 / seconds;
        Console.WriteLine($"perturb_forward, {Images} images of {Side}x{Side}: {seconds * 1e3:F3} ms, {rate / 1e9:F0} GB/s{(double.IsNaN(copy) ? "" : $", {rate / copy:P0} of copying")}");
    }

    private static void Search(IKernelDevice device)
    {
        float[] gallery = Unit(Rows, 1), probes = Unit(Queries, 2);
        using var search = device.CreateGallery(gallery, Dimension);
        var masks = new RowMask?[Queries];
        ScoredRow[][] found = [];
        double seconds = Time(device, () => found = search.Search(probes, K, masks));
        Console.WriteLine($"search, N {Rows}, D {Dimension}, Q {Queries}, k {K}: {seconds * 1e3:F2} ms, {2.0 * Rows * Dimension * Queries / seconds / 1e12:F0} TFLOP/s, uploads and downloads included");
        using var cpu = new CpuDevice();
        using var exact = cpu.CreateGallery(gallery, Dimension);
        var expected = exact.Search(probes.AsSpan(0, CheckedQueries * Dimension), K, masks[..CheckedQueries]);
        bool same = expected.Zip(found).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
        Console.WriteLine(same ? $"ok      its first {CheckedQueries} rankings are those of the exact scan" : "FAILED  its rankings are not those of the exact scan");
    }

    private static void Torch()
    {
        string script = Path.Combine(AppContext.BaseDirectory, "torch_peer.py");
        try
        {
            using var python = Process.Start(new ProcessStartInfo("python3", [script]))!;
            python.WaitForExit();
            if (python.ExitCode != 0) Console.WriteLine("PyTorch did not time the same: it needs CUDA (its message is above).");
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Console.WriteLine("There is no python3 here, so PyTorch times nothing.");
        }
    }

    // Warm-up compiles and touches memory; then as many runs as fill the time, waited for together.
    private static double Time(IKernelDevice device, Action run)
    {
        for (int i = 0; i < 3; i++) run();
        device.Synchronize();
        int times = 0;
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < LeastSeconds)
        {
            for (int i = 0; i < 10; i++, times++) run();
            device.Synchronize();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds / times;
    }

    private static float[] Unit(int count, int seed)
    {
        float[] vectors = GC.AllocateUninitializedArray<float>(count * Dimension);
        Parallel.For(0, count, row =>
        {
            var random = new Random((seed * Rows) + row);
            var vector = vectors.AsSpan(row * Dimension, Dimension);
            double squares = 0;
            foreach (ref float component in vector)
            {
                component = (random.NextSingle() * 2) - 1;
                squares += (double)component * component;
            }

            foreach (ref float component in vector) component = (float)(component / Math.Sqrt(squares));
        });
        return vectors;
    }
}
