using System.Globalization;
using UaaGan.Cli.Output;
using UaaGan.Client;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Cli.Commands;

/// <summary>Follows a training job to its end with a bar; Ctrl-C cancels the job, which keeps its checkpoint.</summary>
internal static class TrainingWatch
{
    private static readonly TimeSpan CancelLimit = TimeSpan.FromMinutes(2);

    /// <summary>The scalars shown beside the bar, in this order; the rest is in the report.</summary>
    private static readonly string[] Shown = ["loss", "feature_shift", "ssim", "validation_map_lost", "validation_ssim"];

    /// <summary>The job once it has succeeded. Throws when it failed or was cancelled.</summary>
    /// <param name="client">The service.</param>
    /// <param name="id">The job.</param>
    /// <param name="bars">Where progress shows.</param>
    /// <param name="cancellationToken">Cancels the job.</param>
    /// <param name="seen">Gets every state that is seen.</param>
    public static async Task<Training> Follow(
        PerturbationClient client, string id, ProgressBars bars, CancellationToken cancellationToken, Action<Training>? seen = null)
    {
        try
        {
            return Ended(await Watch(client, id, bars, seen, cancellationToken));
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Cancel(client, id);
            throw new CliException($"Interrupted: training {id} is cancelled and keeps its checkpoint. Resume it with: uaagan trainings resume {id}", ExitCodes.Interrupted);
        }
    }

    /// <summary>As <see cref="Follow"/>, but whoever stops looking leaves the job running.</summary>
    public static async Task<Training> Look(PerturbationClient client, string id, ProgressBars bars, CancellationToken cancellationToken) =>
        Ended(await Watch(client, id, bars, null, cancellationToken));

    /// <summary>Cancels a job and waits until it has stopped.</summary>
    public static async Task<Training> Cancel(PerturbationClient client, string id)
    {
        // The command's own token is cancelled already.
        using var limit = new CancellationTokenSource(CancelLimit);
        try
        {
            var training = await client.CancelTraining(id, limit.Token);
            await foreach (var state in client.WatchTraining(id, limit.Token)) training = state;
            return training;
        }
        catch (OperationCanceledException)
        {
            throw new CliException(string.Create(CultureInfo.InvariantCulture,
                $"Training {id} was asked to stop and has not stopped within {CancelLimit.TotalMinutes} minutes; see it with: uaagan trainings list"));
        }
    }

    /// <summary>The names and values of a job's last step, for people.</summary>
    public static string Scalars(TrainingProgress progress)
    {
        var names = Shown.Where(progress.Scalars.ContainsKey).ToList();
        if (names.Count == 0) names = [.. progress.Scalars.Keys.Order(StringComparer.Ordinal).Take(5)];
        return string.Join("  ", names.Select(name => $"{name} {Formats.Scalar(progress.Scalars[name])}"));
    }

    private static async Task<Training> Watch(PerturbationClient client, string id, ProgressBars bars, Action<Training>? seen, CancellationToken cancellationToken)
    {
        Training? last = null;
        var bar = bars.Add($"training {id}");
        await foreach (var training in client.WatchTraining(id, cancellationToken))
        {
            last = training;
            seen?.Invoke(training);
            var progress = training.Progress ?? new TrainingProgress();
            if (progress.TotalSteps > 0)
            {
                bar.IsIndeterminate = false;
                bar.MaxValue = progress.TotalSteps;
                bar.Value = Math.Min(progress.Step, progress.TotalSteps);
            }

            bar.Description = Spectre.Console.Markup.Escape(Describe(training, progress));
        }

        return last ?? throw new CliException($"Training {id} told nothing of its state.");
    }

    private static string Describe(Training training, TrainingProgress progress)
    {
        var name = training.Settings?.Generator is { Length: > 0 } generator ? generator : training.Id;
        var total = progress.TotalSteps > 0 ? Formats.Count(progress.TotalSteps) : "?";
        var left = progress is { TotalSteps: > 0, StepsPerSecond: > 0 }
            ? $", {Formats.Seconds((progress.TotalSteps - Math.Min(progress.Step, progress.TotalSteps)) / progress.StepsPerSecond)} left" : "";
        return string.Create(CultureInfo.InvariantCulture, $"{name}: {Word(training.State)} {progress.Step}/{total}, {progress.StepsPerSecond:0.0}/s{left}  {Scalars(progress)}");
    }

    /// <summary>A state in one word.</summary>
    public static string Word(TrainingState state) => state.ToString().ToLowerInvariant();

    private static Training Ended(Training training) => training.State switch
    {
        TrainingState.Succeeded => training,
        TrainingState.Failed => throw new CliException(
            $"Training {training.Id} failed: {training.Error?.Message ?? "the service gives no reason."} It keeps its checkpoint; resume it with: uaagan trainings resume {training.Id}"),
        TrainingState.Cancelled => throw new CliException(
            $"Training {training.Id} was cancelled by someone else. Resume it with: uaagan trainings resume {training.Id}"),
        _ => throw new CliException($"The service stopped telling about training {training.Id}, which is {Word(training.State)}. Go on with: uaagan trainings watch {training.Id}"),
    };
}
