namespace UaaGan.Kernels.Tests;

/// <summary>
/// Faults planted in the kernels change a result or stop the emulator: the tests bite. Two leave results as they are, a histogram that
/// counts too little and a row past the end, which only the sanitizers see: <see cref="SanitizerTests"/>.
/// </summary>
public class PlantedFaultTests
{
    [Theory]
    [InlineData(Fault.MissingBlockBarrier)]
    [InlineData(Fault.TailOffByOne)]
    public void A_fault_in_perturb_forward_is_seen(Fault fault)
    {
        Clang.Require();
        var batch = new PerturbCase(3, [(61, 47)]);
        Assert.True(Agrees(Fault.None));
        Assert.False(Agrees(fault));

        bool Agrees(Fault planted)
        {
            using var device = new EmulatedDevice(11, planted);
            using var cpu = new CpuDevice(1);
            return batch.Run(device).SameBits(batch.Run(cpu));
        }
    }

    [Theory]
    [InlineData(Fault.LaxAsynchronousWait)]
    [InlineData(Fault.MissingStageBarrier)]
    [InlineData(Fault.ThresholdWithoutMargin)]
    public void A_fault_in_the_search_is_seen(Fault fault)
    {
        Clang.Require();
        Search(Fault.None);
        Assert.ThrowsAny<Exception>(() => Search(fault));

        static void Search(Fault planted)
        {
            const int Rows = 1900, Dimension = 40, Queries = 20;
            float[] gallery = RandomVectors.Unit(Rows, Dimension, 1), probes = RandomVectors.Unit(Queries, Dimension, 2);
            // Rows beside one direction, whose order bfloat16 cannot tell.
            for (int i = 0; i < gallery.Length; i++) gallery[i] = gallery[i % Dimension] + (gallery[i] * 0.003f);
            for (int row = 0; row < Rows; row++)
            {
                var each = gallery.AsSpan(row * Dimension, Dimension);
                float norm = MathF.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares(each));
                System.Numerics.Tensors.TensorPrimitives.Divide(each, norm, each);
            }

            using var device = new EmulatedDevice(12, planted);
            SearchAgreementTests.Compare(device, gallery, probes, Dimension, 10, new RowMask?[Queries], planted.ToString(), firstCapacity: 600);
        }
    }

    [Fact]
    public void A_barrier_that_some_threads_miss_is_named()
    {
        Clang.Require();
        var device = new EmulatedDevice(13, Fault.BarrierInABranch);
        // One row: seven warps of the block have none.
        var failure = Assert.Throws<EmulatorException>(() => device.CreateGallery(RandomVectors.Unit(1, 8, 1), 8));
        Assert.Contains("feature_pack: a barrier or collective that not every thread comes to", failure.Message, StringComparison.Ordinal);
    }
}
