using System.Globalization;
using TorchSharp.Modules;
using UaaGan.Failures;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Demo.Networks;

/// <summary>Trains one target network: identity classification with a margin, and batch-hard triplets.</summary>
internal sealed class TargetTrainer(DemoScenario scenario, TrainingRecipe recipe, long seed, Action<string> report)
{
    private const double LargestGradient = 5;

    public FeatureNetwork Train(CancellationToken cancellation)
    {
        report($"{scenario.Name}: drawing {recipe.Identities * recipe.Views} images of {recipe.Identities} identities");
        random.manual_seed(seed);
        using var generator = new Generator((ulong)seed);
        var order = new Random((int)seed);
        using DrawnImages images = DrawnImages.Draw(scenario,
            [.. from identity in Enumerable.Range(0, recipe.Identities)
                from view in Enumerable.Range(0, recipe.Views)
                select (DemoScenario.FirstTargetIdentity + identity, view)], recipe.Input.Height, recipe.Input.Width, cancellation);

        var network = new DemoResNet(new ArchitectureOptions { Values = recipe.Architecture, Pooling = PoolingKind.GeneralizedMean });
        using var centres = new Parameter(randn(recipe.Identities, network.FeatureDimension).Times(0.1));
        using var optimizer = optim.AdamW([.. network.parameters(), centres], lr: recipe.LearningRate, weight_decay: recipe.WeightDecay);
        network.train();
        Tensor mean = Channels(NetworkFiles.Mean), std = Channels(NetworkFiles.Std);
        double running = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (int step = 0; step < recipe.Steps; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            foreach (var group in optimizer.ParamGroups) group.LearningRate = recipe.LearningRate * Schedule(step);
            (long[] indices, long[] labels) = NextBatch(order);
            Tensor inputs = Augmentation.Apply(images.Batch(indices), recipe.Noise, generator);
            Tensor features = nn.functional.normalize(network.call((inputs - mean) / std), p: 2, dim: 1);
            Tensor identity = IdentityLoss(features, centres, tensor(labels), step), triplet = TripletLoss(features, tensor(labels));
            optimizer.zero_grad();
            identity.Plus(triplet.Times(recipe.TripletWeight)).backward();
            nn.utils.clip_grad_norm_(network.parameters(), LargestGradient);
            optimizer.step();
            double loss = identity.item<float>();
            if (!double.IsFinite(loss))
                throw new FailureException(FailureKind.FailedPrecondition, "TRAINING_DIVERGED", $"The loss for {scenario.Name} is not finite at step {step + 1}; try another seed or a smaller rate.");
            running = step == 0 ? loss : 0.95 * running + 0.05 * loss;
            report(string.Create(CultureInfo.InvariantCulture, $"{scenario.Name}: step {step + 1}/{recipe.Steps}  identity loss {running:F3}  {clock.Elapsed.TotalSeconds:F0} s"));
        }

        network.eval();
        return network;
    }

    /// <summary>A short rise, then a cosine fall to zero.</summary>
    private double Schedule(int step)
    {
        double warmUp = recipe.Steps * 0.08;
        return step < warmUp ? (step + 1) / warmUp : 0.5 + 0.5 * Math.Cos(Math.PI * (step - warmUp) / (recipe.Steps - warmUp));
    }

    private (long[] Indices, long[] Labels) NextBatch(Random order)
    {
        int[] identities = [.. Enumerable.Range(0, recipe.Identities)];
        order.Shuffle(identities);
        var indices = new List<long>();
        var labels = new List<long>();
        foreach (int identity in identities.Take(recipe.BatchIdentities))
        {
            int[] views = [.. Enumerable.Range(0, recipe.Views)];
            order.Shuffle(views);
            indices.AddRange(views.Take(recipe.BatchViews).Select(view => (long)identity * recipe.Views + view));
            labels.AddRange(Enumerable.Repeat((long)identity, recipe.BatchViews));
        }

        return ([.. indices], [.. labels]);
    }

    private Tensor IdentityLoss(Tensor features, Tensor centres, Tensor labels, int step)
    {
        Tensor cosines = features.matmul(nn.functional.normalize(centres, p: 2, dim: 1).t());
        Tensor margin = nn.functional.one_hot(labels, recipe.Identities).to(ScalarType.Float32).Times(recipe.Margin * step / recipe.Steps);
        return nn.functional.cross_entropy((cosines - margin).Times(recipe.Scale), labels);
    }

    private static Tensor TripletLoss(Tensor features, Tensor labels)
    {
        Tensor distance = features.matmul(features.t()).Times(2).SubtractedFrom(2).AtLeast(1e-6).sqrt();
        Tensor same = labels.unsqueeze(0) == labels.unsqueeze(1);
        Tensor farthest = (distance * same.to(ScalarType.Float32)).amax([1]);
        Tensor nearest = distance.Plus(same.to(ScalarType.Float32).Times(10)).amin([1]);
#pragma warning disable RS0030 // TorchSharp has no softplus that takes its numbers as Scalars, and the networks are to come out the same.
        return nn.functional.softplus((farthest - nearest).Times(5)).mean().Over(5);
#pragma warning restore RS0030
    }

    private static Tensor Channels(IReadOnlyList<double> values) => tensor(values.Select(value => (float)value).ToArray(), [1, 3, 1, 1]);
}
