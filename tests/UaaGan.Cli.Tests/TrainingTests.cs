namespace UaaGan.Cli.Tests;

/// <summary>The train verb against a service whose job goes on until it is cancelled.</summary>
public sealed class TrainingTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task An_interrupted_training_is_cancelled_on_the_server_and_told_how_to_resume()
    {
        using var folder = new TemporaryFolder();
        folder.WriteClasses("images", 2, 2);
        await using var service = await FakePerturbation.Start();
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var running = CommandLine.Run(
            interrupt.Token, "train", "--model", "net:3", "--images", folder["images"], "--epsilon", "8/255", "--generator", "g", "--steps", "100",
            "--option", "margin=0.5", "--perturbation", service.Address);
        await service.Watched.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();
        var outcome = (await running.WaitAsync(Limit, TestContext.Current.CancellationToken)).Ends(ExitCodes.Interrupted);

        Assert.True(service.IsCancelled);
        Assert.Contains("training job-7 is cancelled and keeps its checkpoint. Resume it with: uaagan trainings resume job-7", outcome.Errors, StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
        Assert.Equal(["class0/0.png", "class0/1.png", "class1/0.png", "class1/1.png"], service.Images);
        Assert.Equal(("net", "3", "8/255", 100UL, "0.5"),
            (service.Settings!.Model.Name, service.Settings.Model.Version, service.Settings.Epsilon, service.Settings.Steps, service.Settings.Options["margin"]));
    }

    [Fact]
    public async Task Who_only_watches_leaves_the_job_running()
    {
        await using var service = await FakePerturbation.Start();
        using var interrupt = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var running = CommandLine.Run(interrupt.Token, "trainings", "watch", "job-7", "--perturbation", service.Address);
        await service.Watched.Task.WaitAsync(Limit, TestContext.Current.CancellationToken);
        await interrupt.CancelAsync();

        (await running.WaitAsync(Limit, TestContext.Current.CancellationToken)).Ends(ExitCodes.Interrupted);
        Assert.False(service.IsCancelled);
    }
}
