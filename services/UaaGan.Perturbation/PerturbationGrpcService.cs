using System.Text;
using Grpc.Core;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Perturbation.V1;
using TrainingState = UaaGan.Attacks.TrainingState;

namespace UaaGan.Perturbation;

/// <summary>The service's methods: mapping and nothing else.</summary>
internal sealed class PerturbationGrpcService(
    GeneratorRepository generators, AttackSettingsReader reader, AttackWorkers workers, Perturber perturber, BidirectionalStream streams,
    ITrainingStore trainings, TrainingIntake intake, TrainingMessages messages, IHostApplicationLifetime lifetime, TimeProvider time)
    : PerturbationService.PerturbationServiceBase
{
    private const int LongestId = 256;

    /// <summary>Points of a history, as the contract says.</summary>
    private const int HistoryPoints = 500;

    private const string TrainingsList = "trainings";

    /// <summary>How often a watched job is looked at that another process may be running.</summary>
    private static readonly TimeSpan WatchInterval = TimeSpan.FromSeconds(1);

    public override Task<ListMethodsResponse> ListMethods(ListMethodsRequest request, ServerCallContext context) => Task.FromResult(
        new ListMethodsResponse { Methods = { AttackCatalog.Methods.OrderBy(method => method.Name, StringComparer.Ordinal).Select(Messages.ToMessage) } });

    public override Task<ListGeneratorsResponse> ListGenerators(ListGeneratorsRequest request, ServerCallContext context)
    {
        var (page, next) = Paging.Page(generators.List(), generator => generator.Name, request.PageSize, request.PageToken, "generators");
        return Task.FromResult(new ListGeneratorsResponse { Generators = { page.Select(Messages.ToMessage) }, NextPageToken = next });
    }

    public override async Task<PerturbResponse> Perturb(PerturbRequest request, ServerCallContext context)
    {
        if (Encoding.UTF8.GetByteCount(request.Id) is > LongestId and var bytes)
            throw new FailureException(FailureKind.InvalidArgument, "BAD_ITEM_ID", $"The id has {bytes} bytes; it may have {LongestId}.") { Field = "id" };
        var settings = await reader.ReadAsync(request.Settings, "settings", context.CancellationToken);
        using var lease = await workers.AcquireAsync(settings, context.CancellationToken);
        var (adversarial, timing) = await perturber.PerturbAsync(
            lease.Worker, settings, request.Image, request.Id, "image", "settings.box", context.DeadlineOrNull(), context.CancellationToken);
        return new PerturbResponse { Adversarial = adversarial, Timing = timing };
    }

    public override async Task StreamPerturb(
        IAsyncStreamReader<StreamPerturbRequest> requestStream, IServerStreamWriter<StreamPerturbResponse> responseStream, ServerCallContext context)
    {
        using var stream = new PerturbStream(reader, workers, perturber);
        await streams.RunImagesAsync(requestStream, responseStream, context, stream);
    }

    public override async Task<StartTrainingResponse> StartTraining(IAsyncStreamReader<StartTrainingRequest> requestStream, ServerCallContext context) =>
        new() { Training = messages.ToMessage(await intake.AcceptAsync(requestStream, context.CancellationToken)) };

    public override async Task WatchTraining(
        WatchTrainingRequest request, IServerStreamWriter<WatchTrainingResponse> responseStream, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        (TrainingState, long, DateTimeOffset)? told = null;
        while (true)
        {
            // Before the look, so that a change meanwhile is not missed.
            var change = trainings.NextChange;
            var job = trainings.Get(Id(request.Id));
            var state = (job.State, job.Progress.Step, job.Updated);
            if (state != told)
            {
                told = state;
                await responseStream.WriteAsync(new WatchTrainingResponse { Training = messages.ToMessage(job) }, end.Token);
                if (job.HasEnded) return;
            }

            await Task.WhenAny(change, Task.Delay(WatchInterval, time, end.Token));
            end.Token.ThrowIfCancellationRequested();
        }
    }

    public override Task<GetTrainingResponse> GetTraining(GetTrainingRequest request, ServerCallContext context)
    {
        var job = trainings.Get(Id(request.Id));
        return Task.FromResult(new GetTrainingResponse
        {
            Training = messages.ToMessage(job),
            History = { trainings.History(job.Id, HistoryPoints).Select(TrainingMessages.ToMessage) },
        });
    }

    public override Task<ListTrainingsResponse> ListTrainings(ListTrainingsRequest request, ServerCallContext context)
    {
        int size = Paging.Size(request.PageSize);
        var jobs = trainings.List(Paging.Decode(request.PageToken, TrainingsList), size + 1);
        var response = new ListTrainingsResponse { Trainings = { jobs.Take(size).Select(messages.ToMessage) } };
        if (jobs.Count > size) response.NextPageToken = Paging.Encode(jobs[size - 1].Id, TrainingsList);
        return Task.FromResult(response);
    }

    public override Task<CancelTrainingResponse> CancelTraining(CancelTrainingRequest request, ServerCallContext context) =>
        Task.FromResult(new CancelTrainingResponse { Training = messages.ToMessage(trainings.Cancel(Id(request.Id))) });

    public override Task<ResumeTrainingResponse> ResumeTraining(ResumeTrainingRequest request, ServerCallContext context) =>
        Task.FromResult(new ResumeTrainingResponse { Training = messages.ToMessage(trainings.Resume(Id(request.Id))) });

    private static string Id(string id) => id.Length > 0 ? id : throw FieldPath.Missing("id", "StartTraining gave it");
}
