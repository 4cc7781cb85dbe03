using System.Runtime.CompilerServices;

namespace UaaGan.Kernels.Tests;

/// <summary>What C# and CUDA both state is the same.</summary>
public class LaunchPlanTests
{
    [Fact]
    public void Structures_have_the_sizes_of_the_kernels()
    {
        Clang.Require();
        using var device = new EmulatedDevice(1);
        foreach (var (kernel, size) in new[]
        {
            ("perturb_forward", Unsafe.SizeOf<PerturbArguments>()), ("attack_gradient_sums", Unsafe.SizeOf<AttackStepArguments>()), ("attack_step", Unsafe.SizeOf<AttackStepArguments>()),
            ("feature_pack", Unsafe.SizeOf<FeaturePackArguments>()), ("feature_distance", Unsafe.SizeOf<FeatureDistanceArguments>()), ("scan_topk_128", Unsafe.SizeOf<ScanArguments>()),
            ("scan_topk_16", Unsafe.SizeOf<ScanArguments>()), ("rerank_exact", Unsafe.SizeOf<RerankArguments>()),
        })
        {
            Assert.Equal((uint)size, device.Constant($"size_of_arguments_of_{kernel}"));
        }
    }

    [Fact]
    public void No_plan_asks_for_more_than_the_smallest_gpus_grant_a_block() => Assert.InRange(LaunchPlan.MaxSharedBytes, 1, 99 << 10);

    [Fact]
    public void Plans_ask_for_the_shared_memory_that_kernels_use()
    {
        Clang.Require();
        using var device = new EmulatedDevice(1);
        var attack = new AttackStepArguments { ImageCount = 1, Channels = 1, LargestImage = 1 };
        foreach (var plan in new[]
        {
            LaunchPlan.Of(new PerturbArguments { ImageCount = 1, LargestImage = 1 }), LaunchPlan.OfSums(attack), LaunchPlan.Of(new ScanArguments { QueryCount = 17, Splits = 1 }),
            LaunchPlan.Of(new ScanArguments { QueryCount = 16, Splits = 1 }),
        })
        {
            Assert.Equal(device.Constant($"shared_bytes_of_{plan.Kernel}"), (uint)plan.SharedBytes);
        }

        Assert.Equal(device.Constant("shared_bytes_of_rerank_exact") + (2 * 256 * 8), (uint)LaunchPlan.Of(new RerankArguments { QueryCount = 1, Half = 256 }).SharedBytes);
    }
}
