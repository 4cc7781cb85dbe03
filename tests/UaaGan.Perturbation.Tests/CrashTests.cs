using UaaGan.Attacks;
using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Perturbation.V1;
using TrainingState = UaaGan.Protos.Perturbation.V1.TrainingState;

namespace UaaGan.Perturbation.Tests;

public class CrashTests
{
    private const ulong Steps = 240;

    /// <summary>With a checkpoint each step the kill comes right after one; with one each 50 steps it comes between two.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(50)]
    public async Task A_killed_service_goes_on_where_it_was_and_trains_the_same_generator(int checkpointSteps)
    {
        using var state = new StateFolder();
        string id;
        await using (var first = await StartAsync(state, $"--UaaGan:Perturbation:CheckpointSteps={checkpointSteps}"))
        {
            var client = new PerturbationService.PerturbationServiceClient(first.Channel);
            id = (await client.StartAsync(Trainings.Settings("parts", Steps))).Id;
            await client.WatchAsync(id, training => training.Progress.Step >= 60);
            await first.KillAsync();
        }

        long killedAt;
        using (var store = new SqliteTrainingStore(state.Sub("perturbation.db"), most: 10))
        {
            var left = store.Get(id);
            Assert.Equal(Attacks.TrainingState.Running, left.State);
            killedAt = left.Progress.Step;
        }

        var checkpoint = killedAt / checkpointSteps * checkpointSteps;
        Assert.InRange(killedAt, 60, (long)Steps - 1);

        await using var second = await StartAsync(state);
        var resumed = new PerturbationService.PerturbationServiceClient(second.Channel);
        var seen = await resumed.WatchAsync(id);
        Assert.Equal(TrainingState.Succeeded, seen[^1].State);
        Assert.All(seen, training => Assert.True((long)training.Progress.Step >= checkpoint, "it began anew"));
        var whole = await resumed.TrainAsync(Trainings.Settings("whole", Steps));
        Assert.Equal(whole.Result.WeightsSha256, seen[^1].Result.WeightsSha256);
    }

    private static Task<BuiltService> StartAsync(StateFolder state, params string[] more) =>
        BuiltService.StartAsync("UaaGan.Perturbation", state.Path, ["--UaaGan:TorchThreads=1", .. more]);
}
