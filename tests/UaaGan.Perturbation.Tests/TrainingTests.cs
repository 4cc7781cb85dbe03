using Google.Protobuf;
using Grpc.Core;
using UaaGan.Networks;
using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests;

public class TrainingTests
{
    [Fact]
    public async Task A_training_is_watched_to_its_end_and_its_generator_attacks()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);

        var started = await service.Client.StartAsync(Trainings.Settings("g", steps: 12));
        var seen = await service.Client.WatchAsync(started.Id);

        Assert.Equal(TrainingState.Queued, started.State);
        Assert.Equal(8u, started.Images);
        Assert.Equal("0.3", started.Settings.Options["margin"]);
        Assert.Equal(TrainingState.Succeeded, seen[^1].State);
        var steps = seen.Select(training => training.Progress.Step).ToArray();
        Assert.Equal(steps.Order(), steps);
        Assert.Equal((12UL, 12UL), (seen[^1].Progress.Step, seen[^1].Progress.TotalSteps));
        Assert.True(seen[^1].Progress.Scalars["feature_shift"] > 0);

        var got = await service.Client.GetTrainingAsync(new GetTrainingRequest { Id = started.Id });
        Assert.Equal(Enumerable.Range(1, 12).Select(step => (ulong)step), got.History.Select(point => point.Step));
        var generator = Assert.Single((await service.Client.ListGeneratorsAsync(new ListGeneratorsRequest())).Generators);
        Assert.Equal(seen[^1].Result, generator);
        Assert.Contains("\"shards\": 1", generator.ManifestJson, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(state.Sub("trainings"), started.Id)));

        var alone = await service.Client.PerturbAsync(
            new PerturbRequest { Settings = LiveService.Settings("uaa-gan", generator: "g"), Image = Pictures.Png(1), Id = "1" });
        var crowd = await service.StreamAsync(
            LiveService.Settings("uaa-gan", generator: "g"), Enumerable.Range(0, 6).Select(i => ($"{i}", Pictures.Png(i))));
        Assert.Equal(alone.Adversarial.Image, crowd[1].Adversarial.Image);
        Assert.InRange(alone.Adversarial.Quality.Linf255, 1u, 8u);
    }

    [Fact]
    public async Task A_universal_perturbation_is_trained_resumed_and_used_like_a_generator()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state, "--UaaGan:Perturbation:CheckpointSteps=1");
        const ulong Steps = 40;
        TrainingSettings Settings(string generator)
        {
            var settings = Trainings.Settings(generator, Steps);
            settings.Method = "uap";
            settings.Options.Clear();
            settings.Options["batch"] = "4";
            return settings;
        }

        var whole = await service.Client.TrainAsync(Settings("whole"));
        var parts = await service.Client.StartAsync(Settings("parts"));
        await service.Client.WatchAsync(parts.Id, training => training.Progress.Step >= 3);
        await service.Client.CancelTrainingAsync(new CancelTrainingRequest { Id = parts.Id });
        Assert.Equal(TrainingState.Cancelled, (await service.Client.WatchAsync(parts.Id))[^1].State);
        await service.Client.ResumeTrainingAsync(new ResumeTrainingRequest { Id = parts.Id });
        var resumed = (await service.Client.WatchAsync(parts.Id))[^1];

        Assert.Equal(("uap", Steps), (whole.Result.Method, whole.Result.Steps));
        Assert.Equal(whole.Result.WeightsSha256, resumed.Result.WeightsSha256);
        var settings = LiveService.Settings("uap", generator: "whole");
        var reply = await service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(1), Id = "1" });
        Assert.InRange(reply.Adversarial.Quality.Linf255, 1u, 8u);
        settings.Method = "uaa-gan";
        await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(new PerturbRequest { Settings = settings, Image = Pictures.Png(1) }).ResponseAsync,
            StatusCode.FailedPrecondition, "GENERATOR_METHOD");
    }

    [Fact]
    public async Task A_generator_serves_only_what_it_was_trained_for()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        await service.Client.TrainAsync(Trainings.Settings("g", steps: 1));
        PerturbRequest Request(PerturbSettings settings) => new() { Settings = settings, Image = Pictures.Png(0) };

        await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(Request(LiveService.Settings("uaa-gan", "4/255", "g"))).ResponseAsync,
            StatusCode.FailedPrecondition, "GENERATOR_EPSILON");
        var rescaled = LiveService.Settings("uaa-gan", "4/255", "g");
        rescaled.Rescale = true;
        Assert.InRange((await service.Client.PerturbAsync(Request(rescaled))).Adversarial.Quality.Linf255, 0u, 4u);
        var elsewhere = LiveService.Settings("uaa-gan", "8/255", "g");
        elsewhere.Model.Name = StateFolder.OtherModel;
        await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(Request(elsewhere)).ResponseAsync, StatusCode.FailedPrecondition, "GENERATOR_MODEL");
        await Statuses.FailsAsync(
            () => service.Client.PerturbAsync(Request(LiveService.Settings("pgd", generator: "g"))).ResponseAsync,
            StatusCode.InvalidArgument, "GENERATOR_UNEXPECTED");
    }

    [Fact]
    public async Task A_training_cancelled_and_resumed_gives_what_an_uninterrupted_one_gives()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        const ulong Steps = 60;
        var whole = await service.Client.TrainAsync(Trainings.Settings("whole", Steps));

        var started = await service.Client.StartAsync(Trainings.Settings("parts", Steps));
        await service.Client.WatchAsync(started.Id, training => training.Progress.Step >= 3);
        await service.Client.CancelTrainingAsync(new CancelTrainingRequest { Id = started.Id });
        var cancelled = (await service.Client.WatchAsync(started.Id))[^1];
        Assert.Equal(TrainingState.Cancelled, cancelled.State);
        Assert.InRange(cancelled.Progress.Step, 3UL, Steps - 1);
        await Statuses.FailsAsync(
            () => service.Client.CancelTrainingAsync(new CancelTrainingRequest { Id = started.Id }).ResponseAsync,
            StatusCode.FailedPrecondition, "TRAINING_ENDED");

        var resumed = await service.Client.ResumeTrainingAsync(new ResumeTrainingRequest { Id = started.Id });
        Assert.Equal(TrainingState.Queued, resumed.Training.State);
        var seen = await service.Client.WatchAsync(started.Id);
        Assert.Equal(TrainingState.Succeeded, seen[^1].State);
        Assert.All(seen, training => Assert.True(training.Progress.Step >= cancelled.Progress.Step, "it began anew"));
        Assert.Equal(whole.Result.WeightsSha256, seen[^1].Result.WeightsSha256);
        await Statuses.FailsAsync(
            () => service.Client.ResumeTrainingAsync(new ResumeTrainingRequest { Id = started.Id }).ResponseAsync,
            StatusCode.FailedPrecondition, "TRAINING_NOT_RESUMABLE");
    }

    [Fact]
    public async Task A_service_that_stops_hands_its_training_to_the_next_one()
    {
        using var state = new StateFolder();
        const ulong Steps = 60;
        string id, whole;
        ulong before;
        await using (var first = await LiveService.StartAsync(state, "--UaaGan:Perturbation:CheckpointSteps=1000"))
        {
            whole = (await first.Client.TrainAsync(Trainings.Settings("whole", Steps))).Result.WeightsSha256;
            id = (await first.Client.StartAsync(Trainings.Settings("parts", Steps))).Id;
            before = (await first.Client.WatchAsync(id, training => training.Progress.Step >= 3))[^1].Progress.Step;
        }

        await using var second = await LiveService.StartAsync(state);
        var seen = await second.Client.WatchAsync(id);
        Assert.Equal(TrainingState.Succeeded, seen[^1].State);
        Assert.True(seen[0].Progress.Step >= before, "it began anew");
        Assert.Equal(whole, seen[^1].Result.WeightsSha256);
    }

    [Fact]
    public async Task A_name_is_taken_by_a_generator_and_by_a_job()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var first = await service.Client.TrainAsync(Trainings.Settings("g", steps: 2));
        await Statuses.FailsAsync(() => service.Client.StartAsync(Trainings.Settings("g", steps: 2)), StatusCode.AlreadyExists, "GENERATOR_EXISTS");

        var running = await service.Client.StartAsync(Trainings.Settings("g", steps: 100_000, seed: 4, replace: true));
        await Statuses.FailsAsync(
            () => service.Client.StartAsync(Trainings.Settings("g", steps: 2, replace: true)), StatusCode.AlreadyExists, "TRAINING_EXISTS");
        await service.Client.CancelTrainingAsync(new CancelTrainingRequest { Id = running.Id });
        await service.Client.WatchAsync(running.Id);

        var replaced = await service.Client.TrainAsync(Trainings.Settings("g", steps: 2, seed: 5, replace: true));
        Assert.NotEqual(first.Result.WeightsSha256, replaced.Result.WeightsSha256);
        var generator = Assert.Single((await service.Client.ListGeneratorsAsync(new ListGeneratorsRequest())).Generators);
        Assert.Equal(replaced.Result.WeightsSha256, generator.WeightsSha256);
    }

    [Fact]
    public async Task A_bad_training_is_refused_whole()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state, "--UaaGan:Perturbation:MaxTrainingImages=9");
        var broken = Trainings.Images().Append(("broken.png", new Image { Encoded = ByteString.CopyFrom(Pictures.Png(0).Encoded.Span[..60]) }));
        var status = await Statuses.FailsAsync(
            () => service.Client.StartAsync(Trainings.Settings("g", 2), broken), StatusCode.InvalidArgument, "IMAGE_TRUNCATED");
        Assert.Contains("'broken.png'", status.Message, StringComparison.Ordinal);

        await Statuses.FailsAsync(
            () => service.Client.StartAsync(Trainings.Settings("g", 2), Trainings.Images(1)), StatusCode.InvalidArgument, "TRAINING_IMAGES_TOO_FEW");
        await Statuses.FailsAsync(
            () => service.Client.StartAsync(Trainings.Settings("g", 2), Trainings.Images(10)), StatusCode.ResourceExhausted, "TRAINING_IMAGES_TOO_MANY");
        await Statuses.FailsAsync(
            () => service.Client.StartAsync(Trainings.Settings("G!", 2)), StatusCode.InvalidArgument, "GENERATOR_NAME_INVALID");
        await Statuses.FailsAsync(
            () => service.Client.StartAsync(Trainings.Settings("g", 0)), StatusCode.InvalidArgument, "TRAINING_BUDGET_INVALID");
        var settings = Trainings.Settings("g", 2);
        settings.Method = "pgd";
        await Statuses.FailsAsync(() => service.Client.StartAsync(settings), StatusCode.InvalidArgument, "METHOD_NOT_TRAINABLE");
        settings = Trainings.Settings("g", 2);
        settings.Options["batch"] = "1";
        var option = await Statuses.FailsAsync(() => service.Client.StartAsync(settings), StatusCode.InvalidArgument, "OPTION_INVALID");
        Assert.Equal("settings.options.batch", option.Field());
        settings = Trainings.Settings("g", 2);
        settings.Epsilon = "0/255";
        await Statuses.FailsAsync(() => service.Client.StartAsync(settings), StatusCode.InvalidArgument, "EPSILON_INVALID");

        Assert.Empty((await service.Client.ListTrainingsAsync(new ListTrainingsRequest())).Trainings);
        Assert.Empty(Directory.EnumerateFileSystemEntries(state.Sub("trainings")));
    }

    [Fact]
    public async Task A_model_without_gradients_is_refused_before_an_image_is_read()
    {
        using var state = new StateFolder();
        File.WriteAllBytes(state.Sub("means.onnx"), OnnxFiles.Means([-1, 3, 32, 24]));
        new ModelRepository(state.Sub("models")).Add(new NewModel { Name = "means", Architecture = "onnx", WeightsPath = state.Sub("means.onnx"), Input = new InputSize(32, 24) });
        await using var service = await LiveService.StartAsync(state);
        var settings = Trainings.Settings("g", 2);
        settings.Model.Name = "means";
        using var call = service.Client.StartTraining();
        await call.RequestStream.WriteAsync(new StartTrainingRequest { Settings = settings }).Within();

        // No image was sent, and the call is still open on this side.
        var status = await Statuses.FailsAsync(() => call.ResponseAsync.Within(), StatusCode.FailedPrecondition, "MODEL_IS_BLACK_BOX");

        Assert.Equal("settings.model", status.Field());
        Assert.StartsWith("this model gives features only", status.Message, StringComparison.Ordinal);
        Assert.Empty((await service.Client.ListTrainingsAsync(new ListTrainingsRequest())).Trainings);
        var attack = LiveService.Settings("pgd");
        attack.Model.Name = "means";
        await Statuses.FailsAsync(() => service.StreamAsync(attack, []), StatusCode.FailedPrecondition, "MODEL_IS_BLACK_BOX");
        attack.Method = "random-sign";
        Assert.Null(Assert.Single(await service.StreamAsync(attack, [("a", Pictures.Png(0))])).Error);
    }

    [Fact]
    public async Task Jobs_wait_their_turn_and_are_listed_newest_first()
    {
        using var state = new StateFolder();
        // Nobody trains here, so that the jobs stay as they are.
        await using var service = await LiveService.StartAsync(
            state, "--UaaGan:Perturbation:ParallelTrainings=0", "--UaaGan:Perturbation:MaxTrainings=3");
        var ids = new List<string>();
        foreach (var name in (string[])["a", "b", "c"]) ids.Add((await service.Client.StartAsync(Trainings.Settings(name, 2))).Id);
        await Statuses.FailsAsync(() => service.Client.StartAsync(Trainings.Settings("d", 2)), StatusCode.ResourceExhausted, "TRAININGS_TOO_MANY");

        var first = await service.Client.ListTrainingsAsync(new ListTrainingsRequest { PageSize = 2 });
        var second = await service.Client.ListTrainingsAsync(new ListTrainingsRequest { PageSize = 2, PageToken = first.NextPageToken });
        Assert.Equal(["c", "b"], first.Trainings.Select(training => training.Settings.Generator));
        Assert.Equal(["a"], second.Trainings.Select(training => training.Settings.Generator));
        Assert.Equal("", second.NextPageToken);
        await Statuses.FailsAsync(
            () => service.Client.ListTrainingsAsync(new ListTrainingsRequest { PageToken = "x" }).ResponseAsync,
            StatusCode.InvalidArgument, "BAD_PAGE_TOKEN");

        var cancelled = await service.Client.CancelTrainingAsync(new CancelTrainingRequest { Id = ids[1] });
        Assert.Equal(TrainingState.Cancelled, cancelled.Training.State);
        await Statuses.FailsAsync(
            () => service.Client.GetTrainingAsync(new GetTrainingRequest { Id = "nobody" }).ResponseAsync, StatusCode.NotFound, "TRAINING_NOT_FOUND");
        await Statuses.FailsAsync(() => service.Client.WatchAsync("nobody"), StatusCode.NotFound, "TRAINING_NOT_FOUND");
    }

    [Fact]
    public async Task A_training_that_fails_says_why()
    {
        using var state = new StateFolder();
        await using var service = await LiveService.StartAsync(state);
        var started = await service.Client.StartAsync(Trainings.Settings("g", 100_000));
        await service.Client.CancelTrainingAsync(new CancelTrainingRequest { Id = started.Id });
        await service.Client.WatchAsync(started.Id);
        File.WriteAllText(Path.Combine(state.Sub("trainings"), started.Id, "checkpoint.safetensors"), "no checkpoint");

        await service.Client.ResumeTrainingAsync(new ResumeTrainingRequest { Id = started.Id });
        var end = (await service.Client.WatchAsync(started.Id))[^1];

        Assert.Equal(TrainingState.Failed, end.State);
        Assert.Equal(((int)StatusCode.DataLoss, "CHECKPOINT_DAMAGED"), (end.Error.Code, end.Error.Reason()));
    }
}
