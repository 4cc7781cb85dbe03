using UaaGan.Attacks.Tests.Support;
using static TorchSharp.torch;

namespace UaaGan.Attacks.Tests;

public class TrainingSessionTests
{
    [Fact]
    public void One_seed_one_generator()
    {
        using var target = Tiny.Network();
        var first = Train(target, Tiny.Settings());

        Assert.Equal(first.Weights.ToArray(), Train(target, Tiny.Settings()).Weights.ToArray());
        Assert.NotEqual(first.Weights.ToArray(), Train(target, Tiny.Settings(seed: 2)).Weights.ToArray());
        Assert.Equal((6, "g"), (first.Record.Steps, first.Record.Name));
        Assert.Contains("\"images_sha256\"", first.Record.ManifestJson, StringComparison.Ordinal);
    }

    [Fact]
    public void A_checkpoint_at_any_step_gives_the_same_end()
    {
        using var target = Tiny.Network();
        var settings = Tiny.Settings(options: Tiny.Options(("discriminator-interval", "2"), ("crops", "2")));
        var whole = Train(target, settings);
        var checkpoints = new List<byte[]>();
        using (var session = TrainingSession.Open(settings, Tiny.Pictures(9), target))
        {
            for (checkpoints.Add(session.Checkpoint()); !session.IsComplete; checkpoints.Add(session.Checkpoint())) session.Step();
        }

        for (var step = 0; step < checkpoints.Count; step++)
        {
            using var resumed = TrainingSession.Open(settings, Tiny.Pictures(9), target, checkpoints[step]);
            Assert.Equal(step, resumed.Progress.Step);
            while (!resumed.IsComplete) resumed.Step();
            Assert.Equal(whole.Record.WeightsSha256, resumed.Best().Record.WeightsSha256);
        }
    }

    [Theory]
    [InlineData("1")]
    [InlineData("2")]
    public void Patience_ends_a_training_where_its_validations_say_so_interrupted_or_not(string patience)
    {
        using var target = Tiny.Network();
        TrainingSettings Settings(string limit) => Tiny.Settings(steps: 40, options: Tiny.Options(("validations", "20"), ("patience", limit)));
        var patient = System.Text.Json.Nodes.JsonNode.Parse(Train(target, Settings("0")).Record.ManifestJson)!["run"]!;
        Assert.Equal((40, false), ((int)patient["steps_done"]!, (bool)patient["ended_early"]!));

        // By hand from the scores of the run that never loses patience.
        var (best, since, expected, bestStep) = (double.NegativeInfinity, 0, 40L, 0L);
        foreach (var validation in patient["validations"]!.AsArray())
        {
            var score = (double)validation!["map_lost"]! + (0.01 * (double)validation["feature_shift"]!);
            since = score > best ? 0 : since + 1;
            // The later one where the spread over the images leaves both possible.
            if (score >= best - (double)validation["map_lost_error"]!) bestStep = (long)validation["step"]!;
            best = Math.Max(best, score);
            if (since < int.Parse(patience, System.Globalization.CultureInfo.InvariantCulture)) continue;
            expected = (long)validation["step"]!;
            break;
        }

        Assert.InRange(expected, 4, 38);
        var ended = Train(target, Settings(patience));
        var run = System.Text.Json.Nodes.JsonNode.Parse(ended.Record.ManifestJson)!["run"]!;
        Assert.Equal((expected, bestStep, true), ((long)run["steps_done"]!, (long)run["best_step"]!, (bool)run["ended_early"]!));
        Assert.Equal(expected, ended.Record.Steps);

        var session = TrainingSession.Open(Settings(patience), Tiny.Pictures(9), target);
        while (!session.IsComplete)
        {
            session.Step();
            var checkpoint = session.Checkpoint();
            session.Dispose();
            session = TrainingSession.Open(Settings(patience), Tiny.Pictures(9), target, checkpoint);
        }

        Assert.Equal((expected, 40), (session.Progress.Step, session.Progress.TotalSteps));
        Assert.Throws<InvalidOperationException>(session.Step);
        Assert.Equal(ended.Record.WeightsSha256, session.Best().Record.WeightsSha256);
        session.Dispose();
    }

    [Fact]
    public void A_checkpoint_continues_its_own_training_alone()
    {
        using var target = Tiny.Network();
        using var session = TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(9), target);
        session.Step();
        var checkpoint = session.Checkpoint();

        Expect.Fails("CHECKPOINT_DAMAGED", () => TrainingSession.Open(Tiny.Settings(seed: 2), Tiny.Pictures(9), target, checkpoint));
        Expect.Fails("CHECKPOINT_DAMAGED", () => TrainingSession.Open(Tiny.Settings(steps: 7), Tiny.Pictures(9), target, checkpoint));
        Expect.Fails("CHECKPOINT_DAMAGED", () => TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(8), target, checkpoint));
        Expect.Fails("CHECKPOINT_DAMAGED", () => TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(9), target, checkpoint.AsSpan(0, 5000)));
    }

    [Fact]
    public void Training_moves_the_features()
    {
        using var target = Tiny.Network();
        var options = Tiny.Options(("ssim-target", "0"), ("lambda-gan", "0"), ("lambda-swap", "0"), ("learning-rate", "0.01"), ("flips", "false"));
        using var session = TrainingSession.Open(Tiny.Settings(steps: 60, options: options), Tiny.Pictures(9), target);
        var shifts = new List<double>();
        while (!session.IsComplete)
        {
            session.Step();
            shifts.Add(session.Progress.Scalars["feature_shift"]);
        }

        Assert.True(shifts[^5..].Average() > 2 * shifts[..5].Average(), string.Join(' ', shifts));
    }

    [Fact]
    public void A_budget_in_minutes_becomes_a_number_of_steps()
    {
        using var target = Tiny.Network();
        var settings = Tiny.Settings() with { Steps = null, Minutes = 1e-6 };
        using var session = TrainingSession.Open(settings, Tiny.Pictures(9), target);
        for (var step = 1; step < 13; step++)
        {
            session.Step();
            Assert.Equal(0, session.Progress.TotalSteps);
        }

        // The time is over when the thirteenth step has been timed, so one more is left.
        session.Step();
        Assert.Equal(14, session.Progress.TotalSteps);
        session.Step();
        Assert.True(session.IsComplete);
        Assert.Throws<InvalidOperationException>(session.Step);
    }

    [Fact]
    public void A_training_that_diverges_is_stopped()
    {
        var calls = 0;
        var network = new FakeNetwork(images =>
        {
            var features = FakeNetwork.Angle.Features(images);
            return ++calls > 20 ? features * double.NaN : features;
        });
        using var session = TrainingSession.Open(Tiny.Settings(steps: 50), Tiny.Pictures(6), network);

        Expect.Fails("TRAINING_DIVERGED", () =>
        {
            while (!session.IsComplete) session.Step();
        });
    }

    [Fact]
    public void A_target_that_ignores_its_pixels_is_found_out()
    {
        var deaf = new FakeNetwork(images => ones(images.shape[0], 2) / Math.Sqrt(2));
        var blind = new FakeNetwork(images => ones(images.shape[0], 2) / Math.Sqrt(2) + images.sum([1, 2, 3]).unsqueeze(1) * 0);

        Expect.Fails("TARGET_WITHOUT_GRADIENT", () => TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(6), deaf));
        Expect.Fails("TARGET_WITHOUT_GRADIENT", () => TrainingSession.Open(Tiny.Settings(), Tiny.Pictures(6), blind));
    }

    [Fact]
    public void Impossible_settings_are_refused()
    {
        var settings = Tiny.Settings();
        Expect.Fails("TRAINING_IMAGES_TOO_FEW", () => TrainingSession.Checked(settings, 1));
        Expect.Fails("TRAINING_BUDGET_INVALID", () => TrainingSession.Checked(settings with { Steps = 0 }, 2));
        Expect.Fails("TRAINING_BUDGET_INVALID", () => TrainingSession.Checked(settings with { Minutes = 1 }, 2));
        Expect.Fails("TRAINING_BUDGET_INVALID", () => TrainingSession.Checked(settings with { Steps = null, Minutes = double.NaN }, 2));
        Expect.Fails("EPSILON_INVALID", () => TrainingSession.Checked(settings with { Epsilon = new Imaging.Epsilon(0) }, 2));
        Expect.Fails("GENERATOR_NAME_INVALID", () => TrainingSession.Checked(settings with { Generator = "../g" }, 2));
    }

    private static TrainedGenerator Train(Networks.TargetNetwork target, TrainingSettings settings)
    {
        using var session = TrainingSession.Open(settings, Tiny.Pictures(9), target);
        while (!session.IsComplete) session.Step();
        return session.Best();
    }
}
