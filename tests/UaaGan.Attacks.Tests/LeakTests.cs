using UaaGan.Attacks.Tests.Support;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

/// <summary>Torch counts the live tensors of the whole process, so these run while no other test does.</summary>
[Collection(Name)]
[CollectionDefinition(Name, DisableParallelization = true)]
public class LeakTests
{
    private const string Name = "alone";

    [Theory]
    [MemberData(nameof(AttackTests.Methods), MemberType = typeof(AttackTests))]
    public void An_attack_leaves_no_tensor_behind(string method)
    {
        using var target = Tiny.Network();
        using var attack = Tiny.Attack(method, target, steps: 3);
        void Perturb()
        {
            using var scope = NewDisposeScope();
            _ = attack.Perturb(Tiny.Batch(2), Tiny.Ids(2), CancellationToken.None);
        }

        // The first call makes what is kept.
        Perturb();
        var before = Live();
        Perturb();
        Assert.Equal(before, Tensor.TotalCount);
    }

    [Theory]
    [MemberData(nameof(LearnedMethodTests.Methods), MemberType = typeof(LearnedMethodTests))]
    public void A_training_leaves_no_tensor_behind(string method)
    {
        using var target = Tiny.Network();
        var settings = Tiny.Training(method, steps: 40);
        using var session = TrainingSession.Open(settings, Tiny.Pictures(9), target, threads: 2);
        for (var warm = 0; warm < 3; warm++) session.Step();
        var before = Live();

        // Validations, checkpoints and the best generator, too.
        while (!session.IsComplete) session.Step();
        _ = session.Checkpoint();
        _ = session.Best();

        Assert.Equal(before, Tensor.TotalCount);
    }

    /// <summary>What other tests have left to the finalizers is gone first; afterwards the count can only be raised by what is tested.</summary>
    private static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return Tensor.TotalCount;
    }
}
