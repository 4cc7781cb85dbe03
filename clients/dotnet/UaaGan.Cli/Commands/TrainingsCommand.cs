using System.CommandLine;
using Spectre.Console;
using UaaGan.Cli.Services;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Cli.Commands;

/// <summary><c>trainings</c>: jobs that run, have run, or wait to be resumed.</summary>
internal static class TrainingsCommand
{
    private static readonly Argument<string> Id = new("ID") { Description = "The job's id (see: uaagan trainings list)" };
    private static readonly Option<bool> Detach = new("--detach") { Description = "Return once the job is queued; needs a service that goes on running (--perturbation URL)" };

    public static Command Create()
    {
        var command = new Command("trainings", "Training jobs: list, watch, cancel, resume");
        command.Subcommands.Add(new SessionCommand("list", "Lists the training jobs, newest first.", List));
        command.Subcommands.Add(WithId(new SessionCommand("watch", "Follows a job until it ends. Ctrl-C leaves it running in a service of its own ('uaagan serve').", Watch)));
        command.Subcommands.Add(WithId(new SessionCommand("cancel", "Stops a job after the step it is in; it keeps its checkpoint.", Cancel)));
        var resume = WithId(new SessionCommand("resume", "Continues a cancelled or failed job from its last checkpoint and follows it.", Resume));
        resume.Options.Add(Detach);
        command.Subcommands.Add(resume);
        return command;
    }

    private static SessionCommand WithId(SessionCommand command)
    {
        command.Arguments.Add(Id);
        return command;
    }

    private static async Task<int> List(Session session, CancellationToken cancellationToken)
    {
        await using var services = await session.Services(cancellationToken, ServiceKind.Perturbation);
        var trainings = await services.Perturbation.ListTrainings(cancellationToken).ToListAsync(cancellationToken);
        if (session.Terminal.Json)
        {
            session.Terminal.WriteJson(new { trainings = trainings.Select(TrainingJson.Of) });
            return ExitCodes.Success;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("id", "state", "generator", "method", "model", "epsilon", "step", "images", "updated (UTC)");
        foreach (var t in trainings)
        {
            var total = t.Progress?.TotalSteps > 0 ? Formats.Count(t.Progress.TotalSteps) : "?";
            table.AddRow(
                new Text(t.Id), new Text(TrainingWatch.Word(t.State)), new Text(t.Settings?.Generator ?? ""), new Text(t.Settings?.Method ?? ""),
                new Text(t.Settings?.Model?.Name ?? ""), new Text(t.Settings?.Epsilon ?? ""), new Text($"{Formats.Count(t.Progress?.Step ?? 0)}/{total}"),
                new Text(Formats.Count(t.Images)), new Text(Formats.Time(t.Updated)));
        }

        session.Terminal.Show(table);
        foreach (var t in trainings.Where(t => t.State == TrainingState.Failed)) session.Terminal.Warn($"{t.Id} failed: {t.Error?.Message}");
        return ExitCodes.Success;
    }

    private static async Task<int> Watch(Session session, CancellationToken cancellationToken)
    {
        var id = session.Options.GetRequiredValue(Id);
        await using var services = await session.Services(cancellationToken, ServiceKind.Perturbation);
        var last = await session.Terminal.WithProgress(async bars =>
        {
            // Its own service would die with this command, so there Ctrl-C cancels; elsewhere watching must not touch the job.
            if (services.Owns(ServiceKind.Perturbation)) return await TrainingWatch.Follow(services.Perturbation, id, bars, cancellationToken);
            return await TrainingWatch.Look(services.Perturbation, id, bars, cancellationToken);
        });
        TrainCommand.Report(session, last);
        return ExitCodes.Success;
    }

    private static async Task<int> Cancel(Session session, CancellationToken cancellationToken)
    {
        var id = session.Options.GetRequiredValue(Id);
        await using var services = await session.Services(cancellationToken, ServiceKind.Perturbation);
        var training = await TrainingWatch.Cancel(services.Perturbation, id);
        if (session.Terminal.Json) session.Terminal.WriteJson(TrainingJson.Of(training));
        else session.Terminal.Show($"Training {id} is {TrainingWatch.Word(training.State)} at step {Formats.Count(training.Progress?.Step ?? 0)}. Resume it: uaagan trainings resume {id}");
        return ExitCodes.Success;
    }

    private static async Task<int> Resume(Session session, CancellationToken cancellationToken)
    {
        var id = session.Options.GetRequiredValue(Id);
        var detach = session.Options.GetValue(Detach);
        await using var services = await session.Services(cancellationToken, ServiceKind.Perturbation);
        if (detach && services.Owns(ServiceKind.Perturbation))
            throw CliException.WrongUse("--detach needs a Perturbation service that goes on running: start 'uaagan serve' and give --perturbation http://127.0.0.1:5102.");
        var training = await services.Perturbation.ResumeTraining(id, cancellationToken);
        if (!detach)
            training = await session.Terminal.WithProgress(bars => TrainingWatch.Follow(services.Perturbation, id, bars, cancellationToken));
        TrainCommand.Report(session, training);
        return ExitCodes.Success;
    }
}
