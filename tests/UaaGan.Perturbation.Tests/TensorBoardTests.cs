using UaaGan.Perturbation.Tests.Support;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Perturbation.Tests;

public class TensorBoardTests
{
    [Fact]
    public async Task Every_scalar_of_every_step_is_in_the_event_file_resumed_or_not()
    {
        using var state = new StateFolder();
        var folder = state.Sub("board");
        await using var service = await LiveService.StartAsync(
            state, $"--UaaGan:Perturbation:TensorBoardFolder={folder}", "--UaaGan:Perturbation:CheckpointSteps=4");
        var started = await service.Client.StartAsync(Trainings.Settings("watched", 60));
        var seen = await service.Client.WatchAsync(started.Id, job => job.Progress.Step >= 10);
        await service.Client.CancelTrainingAsync(new CancelTrainingRequest { Id = started.Id });
        seen.AddRange(await service.Client.WatchAsync(started.Id));
        if (seen[^1].State == TrainingState.Cancelled) await service.Client.ResumeTrainingAsync(new ResumeTrainingRequest { Id = started.Id });
        seen.AddRange(await service.Client.WatchAsync(started.Id));
        Assert.Equal(TrainingState.Succeeded, seen[^1].State);

        var run = EventFileReader.Run(Path.Combine(folder, $"watched-{started.Id}"));
        Assert.Equal(Enumerable.Range(1, 60).Select(step => (long)step), run.Keys);
        var history = (await service.Client.GetTrainingAsync(new GetTrainingRequest { Id = started.Id })).History;
        foreach (var progress in seen.Select(job => job.Progress).Concat(history).Where(progress => progress.Scalars.Count > 0))
        {
            foreach (var (name, value) in progress.Scalars)
            {
                // A validation of a step before the interruption is told until the next one; after it, it is not.
                if (run[(long)progress.Step].TryGetValue(name, out var told)) Assert.Equal((float)value, told);
                else Assert.StartsWith("validation", name, StringComparison.Ordinal);
            }
        }

        Assert.Equal(Enumerable.Range(1, 60).Count(), run.Values.Count(scalars => scalars.ContainsKey("loss")));
        Assert.Contains("validation_map_lost", run[60].Keys);
    }
}
