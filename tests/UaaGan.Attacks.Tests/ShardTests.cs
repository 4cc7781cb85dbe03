using UaaGan.Attacks.Tests.Support;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class ShardTests
{
    /// <summary>Every loss is a mean over images, so the shards' gradients add up to the batch's; five images make unequal shards.</summary>
    [Fact]
    public void The_shards_together_give_the_gradients_of_the_batch()
    {
        using var scope = NewDisposeScope();
        using var target = Tiny.Network();
        // The swapped loss pairs neighbours of a shard, which are others than those of the batch.
        var options = AttackCatalog.ResolveTraining(AttackCatalog.UaaGan, Tiny.Options(("lambda-swap", "0"), ("quantise", "false")));
        var features = new TargetFeatures(target);
        using var networks = new TrainingNetworks(options, seed: 1, masked: false, judged: true, new TargetView(target.MapChannels), (24, 20));
        using var loss = new UaaGanLoss(options, features, Tiny.Eight.Value);
        // Gives 1 - SSIM a weight.
        loss.Observe(new Dictionary<string, double> { ["ssim"] = 0.83 });
        var images = Tiny.Batch(5);
        var negative = loss.Mined(features.FeaturesAndMap(images).Features);

        var (whole, first, second) = (Gradients(0, 5), Gradients(0, 2), Gradients(2, 3));

        Near(whole.Generator, first.Generator * 0.4 + second.Generator * 0.6);
        Near(whole.Discriminator, first.Discriminator * 0.4 + second.Discriminator * 0.6);

        (Tensor Generator, Tensor Discriminator) Gradients(long start, long count)
        {
            var shard = new TrainingShard(networks, loss, features, Tiny.Eight.Value);
            shard.Begin(Tiny.Step(images).Rows(start, count), masked: true, trainDiscriminator: true);
            shard.Finish(negative.narrow(0, start, count), step: 0);
            var gradients = (OneVector(shard.GeneratorGradients), OneVector(shard.DiscriminatorGradients));
            shard.End();
            return gradients;
        }

        // Within the open scope of the shard, which its end disposes.
        static Tensor OneVector(IList<Tensor> gradients) => cat([.. gradients.Select(gradient => gradient.flatten())]).MoveToOuterDisposeScope();

        static void Near(Tensor expected, Tensor actual) =>
            Assert.InRange((actual - expected).norm().item<float>() / expected.norm().item<float>(), 0, 1e-3);
    }

    [Fact]
    public void The_first_step_of_two_threads_measures_what_that_of_one_does()
    {
        using var target = Tiny.Network();
        var settings = Tiny.Settings(options: Tiny.Options(("lambda-swap", "0"), ("quantise", "false")));
        using var one = TrainingSession.Open(settings, Tiny.Pictures(9), target);
        using var two = TrainingSession.Open(settings, Tiny.Pictures(9), target, threads: 2);
        one.Step();
        two.Step();

        // Batches of two other sizes round otherwise; the loss is a sum with weights of tens, which multiply that.
        foreach (var (name, value) in one.Progress.Scalars) Assert.Equal(value, two.Progress.Scalars[name], 1e-4 * Math.Max(1, Math.Abs(value)));
    }

    [Fact]
    public void A_resumed_training_keeps_its_number_of_shards()
    {
        using var target = Tiny.Network();
        using var whole = TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(9), target, threads: 2);
        whole.Step();
        var checkpoint = whole.Checkpoint();
        while (!whole.IsComplete) whole.Step();

        using var resumed = TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(9), target, checkpoint, threads: 1);
        while (!resumed.IsComplete) resumed.Step();

        Assert.Equal(whole.Best().Record.WeightsSha256, resumed.Best().Record.WeightsSha256);
        Assert.Contains("\"shards\": 2", resumed.Best().Record.ManifestJson, StringComparison.Ordinal);
        using var alone = TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(9), target);
        while (!alone.IsComplete) alone.Step();
        Assert.NotEqual(whole.Best().Record.WeightsSha256, alone.Best().Record.WeightsSha256);
    }

    [Fact]
    public void A_shard_has_two_images_at_least()
    {
        using var target = Tiny.Network();
        using var session = TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(9), target, threads: 64);
        session.Step();

        // The batch is 4.
        Assert.Contains("\"shards\": 2", session.Best().Record.ManifestJson, StringComparison.Ordinal);
        Assert.True(double.IsFinite(session.Progress.Scalars["swapped_shift"]));
    }

    [Fact]
    public void A_fault_on_one_thread_reaches_the_caller_and_the_threads_go_on()
    {
        using var threads = new ShardThreads(3);
        var fault = Assert.Throws<InvalidOperationException>(() => threads.Run(shard =>
        {
            if (shard == 1) throw new InvalidOperationException("of shard 1");
        }));
        Assert.Equal("of shard 1", fault.Message);

        var seen = new int[3];
        threads.Run(shard => seen[shard] = Environment.CurrentManagedThreadId);
        Assert.Equal(3, seen.Distinct().Count());
        Assert.DoesNotContain(Environment.CurrentManagedThreadId, seen);
    }

    [Fact]
    public void What_the_threads_compute_keeps_its_order_and_goes_with_the_callers_scope()
    {
        using var threads = new ShardThreads(2);
        Tensor[] results;
        using (NewDisposeScope())
        {
            results = threads.Map(5, i => ones(2) * i);
            Assert.Equal([0f, 1, 2, 3, 4], results.Select(result => result[0].item<float>()));
        }

        Assert.All(results, result => Assert.True(result.IsInvalid));
    }

    /// <summary>A target that fails in one shard's part ends the step with its failure, and the session can be disposed.</summary>
    [Fact]
    public void A_step_that_fails_in_one_shard_fails_as_a_whole()
    {
        var calls = 0;
        var network = new FakeNetwork(images => images.shape[0] == 2 && Interlocked.Increment(ref calls) == 7
            ? throw new InvalidOperationException("the seventh half batch")
            : FakeNetwork.Angle.Features(images));
        using var session = TrainingSession.Open(Tiny.Settings(steps: 50), Tiny.Pictures(6), network, threads: 2);

        var fault = Assert.Throws<InvalidOperationException>(() =>
        {
            while (!session.IsComplete) session.Step();
        });
        Assert.Equal("the seventh half batch", fault.Message);
    }
}
