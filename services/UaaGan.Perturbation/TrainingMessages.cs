using Google.Protobuf.WellKnownTypes;
using Google.Rpc;
using Grpc.Core;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Perturbation.V1;
using DomainProgress = UaaGan.Attacks.TrainingProgress;
using DomainSettings = UaaGan.Attacks.TrainingSettings;
using DomainState = UaaGan.Attacks.TrainingState;
using Status = Google.Rpc.Status;
using TrainingProgress = UaaGan.Protos.Perturbation.V1.TrainingProgress;
using TrainingSettings = UaaGan.Protos.Perturbation.V1.TrainingSettings;
using TrainingState = UaaGan.Protos.Perturbation.V1.TrainingState;

namespace UaaGan.Perturbation;

/// <summary>Training jobs as messages.</summary>
internal sealed class TrainingMessages(StatusMapper mapper)
{
    public Training ToMessage(TrainingJob job)
    {
        var message = new Training
        {
            Id = job.Id,
            State = ToMessage(job.State),
            Settings = ToMessage(job.Settings),
            Progress = ToMessage(job.Progress),
            Images = (uint)job.Images,
            Created = Timestamp.FromDateTimeOffset(job.Created),
            Updated = Timestamp.FromDateTimeOffset(job.Updated),
        };
        if (job.Error is not null) message.Error = ToMessage(job.Error);
        if (job.Result is not null) message.Result = Messages.ToMessage(job.Result);
        return message;
    }

    public static TrainingProgress ToMessage(DomainProgress progress) => new()
    {
        Step = (ulong)progress.Step,
        TotalSteps = (ulong)progress.TotalSteps,
        ElapsedSeconds = progress.ElapsedSeconds,
        StepsPerSecond = progress.StepsPerSecond,
        Scalars = { new Dictionary<string, double>(progress.Scalars) },
    };

    private static TrainingState ToMessage(DomainState state) => state switch
    {
        DomainState.Queued => TrainingState.Queued,
        DomainState.Running => TrainingState.Running,
        DomainState.Succeeded => TrainingState.Succeeded,
        DomainState.Failed => TrainingState.Failed,
        DomainState.Cancelled => TrainingState.Cancelled,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "Every state has a row in this table."),
    };

    private static TrainingSettings ToMessage(DomainSettings settings)
    {
        var message = new TrainingSettings
        {
            Generator = settings.Generator,
            Model = Messages.ToMessage(settings.Model),
            Method = settings.Method,
            Epsilon = settings.Epsilon.ToString(),
            Seed = settings.Seed,
            Options = { new Dictionary<string, string>(settings.Options) },
            Replace = settings.Replace,
            Ensemble = { settings.Ensemble.Select(Messages.ToMessage) },
        };
        if (settings.Steps is { } steps) message.Steps = (ulong)steps;
        if (settings.Minutes is { } minutes) message.Minutes = minutes;
        return message;
    }

    private Status ToMessage(TrainingError error) => error.Kind is { } kind
        ? mapper.ToStatus(new FailureException(kind, error.Reason, error.Message))
        : new Status
        {
            Code = (int)StatusCode.Internal,
            Message = error.Message,
            Details = { Any.Pack(new ErrorInfo { Reason = error.Reason, Domain = StatusMapper.Domain }) },
        };
}
