using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Cli.Commands;

/// <summary>A training job as --json shows it.</summary>
internal static class TrainingJson
{
    public static object Of(Training training) => new
    {
        training.Id,
        state = TrainingWatch.Word(training.State),
        training.Settings?.Generator,
        training.Settings?.Method,
        model = training.Settings?.Model?.Name,
        model_version = training.Settings?.Model?.Version,
        surrogates = training.Settings?.Ensemble.Select(model => model.Name),
        training.Settings?.Epsilon,
        training.Settings?.Seed,
        options = training.Settings?.Options.ToDictionary(),
        training.Images,
        step = training.Progress?.Step,
        total_steps = training.Progress?.TotalSteps,
        elapsed_seconds = training.Progress?.ElapsedSeconds,
        steps_per_second = training.Progress?.StepsPerSecond,
        scalars = training.Progress?.Scalars.ToDictionary(),
        error = training.Error?.Message,
        created = training.Created?.ToDateTimeOffset(),
        updated = training.Updated?.ToDateTimeOffset(),
        weights_sha256 = training.Result?.WeightsSha256,
    };
}
