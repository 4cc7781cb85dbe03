using UaaGan.Failures;

namespace UaaGan.Kernels.Tests;

/// <summary>The driver binding against a driver of the test's own, whose kernels are the emulated ones.</summary>
public sealed class CudaDeviceTests : IDisposable
{
    private const int IllegalAddress = 700;
    private const int OutOfMemory = 2;

    private readonly List<string> _fellBack = [];

    public CudaDeviceTests()
    {
        Clang.Require();
        FakeDriver.Reset();
    }

    /// <summary>Everything taken from the driver was given back, whatever the test did.</summary>
    public void Dispose() => Assert.Equal(0, FakeDriver.Live);

    [Fact]
    public void Auto_takes_a_gpu_that_works_and_it_computes_what_the_cpu_computes()
    {
        using var device = Open("auto");
        Assert.Equal($"cuda:0 (Fake GPU, sm_90a, {KernelDevices.Driver().Name})", device.Name);
        Assert.Empty(_fellBack);
        using var cpu = new CpuDevice(1);
        var perturb = new PerturbCase(1, [(20, 11), (5, 3)]);
        Assert.True(perturb.Run(cpu).SameBits(perturb.Run(device)));
        var attack = new AttackStepCase(4);
        Assert.True(attack.Run(cpu).SameBits(attack.Run(device)));
        var features = new FeatureCase(2);
        Assert.True(features.Pack(cpu).SameBits(features.Pack(device)));
        Assert.True(features.Distance(cpu, false, 0).SameBits(features.Distance(device, false, 0), features.Dimension));

        float[] rows = RandomVectors.Unit(300, 40, 1), queries = RandomVectors.Unit(3, 40, 2);
        using IGallerySearch onGpu = device.CreateGallery(rows, 40), onCpu = cpu.CreateGallery(rows, 40);
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Equal(onCpu.Search(queries, 7, [null, null, null], cancellation), onGpu.Search(queries, 7, [null, null, null], cancellation));
        using var laidOut = device.CreateGallery(RandomVectors.Matrix(rows, 40));
        Assert.Equal(onCpu.Search(queries, 7, [null, null, null], cancellation), laidOut.Search(queries, 7, [null, null, null], cancellation));
    }

    [Theory]
    [InlineData(8, 0, "sm_80")]
    [InlineData(9, 0, "sm_90a")]
    public void A_gpu_gets_the_code_made_for_it(int major, int minor, string target)
    {
        FakeDriver.SetDevice(1, major, minor);
        using var device = Open("cuda:0");
        Assert.Contains(target, device.Name, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 6, "sm_80")]
    [InlineData(8, 9, "sm_80")]
    [InlineData(10, 0, "sm_90")]
    [InlineData(12, 0, "sm_90")]
    [InlineData(7, 5, null)]
    public void Newer_gpus_get_the_newest_code_that_runs_on_them(int major, int minor, string? target) => Assert.Equal(target, Ptx.TargetFor(major, minor));

    public static TheoryData<string> CallsOfStart =>
    [
        "cuInit", "cuDeviceGetCount", "cuDeviceGet", "cuDeviceGetName", "cuDriverGetVersion", "cuDeviceGetAttribute", "cuDevicePrimaryCtxRetain", "cuCtxSetCurrent", "cuModuleLoadDataEx",
        "cuMemAlloc_v2", "cuMemcpyHtoDAsync_v2", "cuMemsetD8Async", "cuModuleGetFunction", "cuFuncSetAttribute", "cuLaunchKernel", "cuStreamSynchronize", "cuMemcpyDtoHAsync_v2",
    ];

    [Theory]
    [MemberData(nameof(CallsOfStart))]
    public void Whatever_fails_at_start_means_the_cpu_under_auto_and_a_failure_for_a_named_gpu(string call)
    {
        foreach (int code in new[] { 1, OutOfMemory, IllegalAddress, 12345 })
        {
            FakeDriver.Reset();
            FakeDriver.Fail(call, code);
            _fellBack.Clear();
            using (var device = Open("auto")) Assert.StartsWith("cpu", device.Name, StringComparison.Ordinal);
            Assert.Single(_fellBack);
            Assert.Equal(0, FakeDriver.Live);

            FakeDriver.Reset();
            FakeDriver.Fail(call, code);
            Assert.Throws<FailureException>(() => Open("cuda:0"));
            Assert.Single(_fellBack);
            Assert.Equal(0, FakeDriver.Live);
        }
    }

    [Fact]
    public void A_gpu_that_computes_wrongly_is_not_used()
    {
        FakeDriver.ComputeWrong();
        using (var device = Open("auto")) Assert.StartsWith("cpu", device.Name, StringComparison.Ordinal);
        Assert.StartsWith("GPU_WRONG: ", Assert.Single(_fellBack), StringComparison.Ordinal);
        Assert.Equal("GPU_WRONG", Assert.Throws<FailureException>(() => Open("cuda:0")).Reason);
    }

    [Fact]
    public void A_gpu_that_is_not_there_or_too_old_is_named()
    {
        Assert.Equal("GPU_NOT_FOUND", Assert.Throws<FailureException>(() => Open("cuda:1")).Reason);
        FakeDriver.SetDevice(1, 7, 5);
        Assert.Equal("GPU_TOO_OLD", Assert.Throws<FailureException>(() => Open("cuda:0")).Reason);
        using var device = Open("auto");
        Assert.Contains("7.5", Assert.Single(_fellBack), StringComparison.Ordinal);
    }

    [Fact]
    public void The_cpu_is_opened_without_asking_a_driver()
    {
        using var device = Open("cpu");
        Assert.StartsWith("cpu", device.Name, StringComparison.Ordinal);
        Assert.Empty(FakeDriver.Calls);
    }

    [Fact]
    public void A_lost_context_fails_every_later_call_with_the_first_reason()
    {
        using var device = (CudaDevice)Open("cuda:0");
        Assert.Null(device.Lost);
        FakeDriver.Fail("cuStreamSynchronize", IllegalAddress);
        Assert.Equal("GPU_LOST", Assert.Throws<FailureException>(device.Synchronize).Reason);
        Assert.Equal(IllegalAddress, device.Lost!.Code);
        int calls = FakeDriver.Calls.Count;
        var failure = Assert.Throws<FailureException>(() => device.Allocate(8));
        Assert.Equal(("GPU_LOST", FailureKind.Unavailable), (failure.Reason, failure.Kind));
        Assert.Contains("CUDA_ERROR_ILLEGAL_ADDRESS", failure.Message, StringComparison.Ordinal);
        Assert.Equal(calls, FakeDriver.Calls.Count);
    }

    [Fact]
    public void Too_little_memory_is_told_and_the_device_lives_on()
    {
        using var device = (CudaDevice)Open("cuda:0");
        FakeDriver.Fail("cuMemAlloc_v2", OutOfMemory);
        var failure = Assert.Throws<FailureException>(() => device.Allocate(8));
        Assert.Equal(("GPU_OUT_OF_MEMORY", FailureKind.ResourceExhausted), (failure.Reason, failure.Kind));
        Assert.Null(device.Lost);
        using var memory = device.Allocate(8);
        Assert.NotEqual(0, memory.Address);
    }

    [Fact]
    public void A_graph_runs_what_was_recorded_whenever_it_is_launched()
    {
        using var device = (CudaDevice)Open("cuda:0");
        using var memory = device.AllocateWith<float>([1, 2, 3, 4]);
        using var distances = device.AllocateZeros<float>(2);
        using var status = device.AllocateZeros<FeatureStatus>(2);
        using var graph = device.Record(() => device.FeatureDistance.Run(Distance(memory, distances, status)));
        Assert.Equal([0, 0], device.Read<float>(distances, 2));
        graph.Launch();
        Assert.Equal([1, 1], device.Read<float>(distances, 2));
        device.Upload(memory.Address, System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>([1, 2, 5, 6]));
        graph.Launch();
        Assert.Equal([1, 3], device.Read<float>(distances, 2));
    }

    [Fact]
    public void A_copy_on_the_gpu_arrives()
    {
        using var device = (CudaDevice)Open("cuda:0");
        using var from = device.AllocateWith<int>([3, 1, 4]);
        using var to = device.AllocateZeros<int>(3);
        device.Copy(to.Address, from.Address, 8);
        Assert.Equal([3, 1, 0], device.Read<int>(to, 3));
    }

    [Fact]
    public void What_fails_in_a_recording_is_told_and_leaves_nothing_behind()
    {
        using var device = (CudaDevice)Open("cuda:0");
        Assert.Throws<InvalidOperationException>(() => device.Record(() => throw new InvalidOperationException("of the caller")));
        Assert.Equal("GPU_FAILED", Assert.Throws<FailureException>(() => device.Record(device.Synchronize)).Reason);
        device.Synchronize();
        foreach (string call in new[] { "cuStreamCreate", "cuStreamBeginCapture_v2", "cuStreamEndCapture", "cuGraphInstantiateWithFlags" })
        {
            FakeDriver.Fail(call, 1);
            Assert.Equal("GPU_FAILED", Assert.Throws<FailureException>(() => device.Record(() => { })).Reason);
            device.Synchronize();
        }
    }

    [Theory]
    [InlineData("auto", "auto")]
    [InlineData("cpu", "cpu")]
    [InlineData("cuda:0", "cuda:0")]
    [InlineData("cuda:17", "cuda:17")]
    public void A_choice_is_read_and_written(string text, string written) => Assert.Equal(written, DeviceChoice.Parse(text).ToString());

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("gpu")]
    [InlineData("cuda")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:256")]
    [InlineData("CUDA:0")]
    public void Another_word_is_refused(string? text) => Assert.Equal("DEVICE_INVALID", Assert.Throws<FailureException>(() => DeviceChoice.Parse(text)).Reason);

    private IKernelDevice Open(string choice) => KernelDevices.Open(DeviceChoice.Parse(choice), _fellBack.Add, threads: 1);

    private static unsafe FeatureDistanceArguments Distance(DeviceMemory features, DeviceMemory distances, DeviceMemory status) => new()
    {
        Adversarial = (float*)features.Address,
        Clean = (float*)features.Address + 1,
        Distances = (float*)distances.Address,
        Status = (FeatureStatus*)status.Address,
        Count = 2,
        Dimension = 1,
    };
}
