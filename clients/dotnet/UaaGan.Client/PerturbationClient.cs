using System.Runtime.CompilerServices;
using Grpc.Net.Client;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Client;

/// <summary>Client of Perturbation: adversarial queries, and the training of generators as long-running jobs.
/// Every method throws <see cref="UaaGanClientException"/> when the call fails.</summary>
public sealed class PerturbationClient : ServiceClient
{
    /// <summary>StartTraining announces no limits, so that images are sent in pieces above a size that every service takes:
    /// gRPC's default limit of 4 MiB, less some room.</summary>
    private const long UploadMessageBytes = 4 * 1024 * 1024 - 4096;

    private readonly PerturbationService.PerturbationServiceClient _stub;

    /// <summary>Over a channel of the caller's, who also closes it.</summary>
    public PerturbationClient(GrpcChannel channel, ClientOptions? options = null)
        : this(channel, null, false, options)
    {
    }

    /// <summary>Opens a channel of its own. Nothing is sent before the first call.</summary>
    public PerturbationClient(Uri address, ClientOptions? options = null)
        : this(ServiceChannels.Open(address, options), address, true, options)
    {
    }

    /// <summary>The same to several replicas, whose streams and calls go to each in turn.</summary>
    public PerturbationClient(IReadOnlyCollection<Uri> replicas, ClientOptions? options = null)
        : this(ServiceChannels.Open(replicas, options), null, true, options)
    {
    }

    private PerturbationClient(GrpcChannel channel, Uri? address, bool owned, ClientOptions? options)
        : base("Perturbation", channel, address, owned, options) => _stub = new(channel);

    /// <summary>The attack and training methods with their options, defaults and bounds.</summary>
    public async Task<IReadOnlyList<Method>> ListMethods(CancellationToken cancellationToken = default) =>
        (await Unary(o => _stub.ListMethodsAsync(new ListMethodsRequest(), o), cancellationToken).ConfigureAwait(false)).Methods;

    /// <summary>The trained generators, by name.</summary>
    public IAsyncEnumerable<Generator> ListGenerators(CancellationToken cancellationToken = default) => Pages<Generator>(
        async token =>
        {
            var page = await Unary(o => _stub.ListGeneratorsAsync(new ListGeneratorsRequest { PageToken = token }, o), cancellationToken).ConfigureAwait(false);
            return (page.Generators, page.NextPageToken);
        }, cancellationToken);

    /// <summary>The adversarial image of one image.</summary>
    public Task<PerturbResponse> Perturb(PerturbSettings settings, ImageInput image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Unary(o => _stub.PerturbAsync(new PerturbRequest { Settings = settings, Image = image.Image, Id = image.Id }, o), cancellationToken);
    }

    /// <summary>Opens a stream of images to adversarial images: for the announced limits and every option as it will run.</summary>
    public Task<ItemExchange<StreamPerturbAccepted, ImageInput, AdversarialImage>> OpenPerturb(
        PerturbSettings attack, ReplyOrder order = ReplyOrder.Request, CancellationToken cancellationToken = default)
    {
        var settings = new StreamPerturbRequest { Settings = new StreamPerturbSettings { Attack = attack, ReplyOrder = order } };
        return DuplexExchange<StreamPerturbRequest, StreamPerturbResponse, StreamPerturbAccepted, ImageInput, AdversarialImage>.Open(
            this,
            new(
                options => _stub.StreamPerturb(options),
                settings,
                response => response.Accepted,
                accepted => accepted.Limits,
                (input, limits) => ImageMessages.Cut(input, (long)limits.MaxMessageBytes, Options.ChunkBytes)
                    .Select(item => new StreamPerturbRequest { Item = item }),
                response => response.Result is { } r ? new ItemOutcome<AdversarialImage>(r.Id, r.Index, r.Adversarial, r.Error, r.Timing) : null),
            Options.MaxInFlight,
            cancellationToken);
    }

    /// <summary>The adversarial images of a stream of images, each once; see <see cref="ItemExchange{TAccepted, TItem, TResult}.Send"/>. A
    /// stream that breaks goes on with another replica, as <see cref="ClientOptions.Retry"/> says.</summary>
    public IAsyncEnumerable<ItemOutcome<AdversarialImage>> StreamPerturb(
        PerturbSettings attack, IAsyncEnumerable<ImageInput> images, ReplyOrder order = ReplyOrder.Request, IProgress<StreamProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        ResumingStream.Run(token => OpenPerturb(attack, order, token), images, Options.Retry, order, progress, cancellationToken);

    /// <summary>Uploads unlabelled images and starts a training job. Returns once the job is accepted; see <see cref="WatchTraining"/>.</summary>
    public async Task<Training> StartTraining(TrainingSettings settings, IAsyncEnumerable<ImageInput> images, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(images);
        var response = await Upload(options => _stub.StartTraining(options), Messages(cancellationToken), cancellationToken).ConfigureAwait(false);
        return response.Training;

        async IAsyncEnumerable<StartTrainingRequest> Messages([EnumeratorCancellation] CancellationToken token)
        {
            yield return new StartTrainingRequest { Settings = settings };
            await foreach (var image in images.WithCancellation(token).ConfigureAwait(false))
            {
                foreach (var item in ImageMessages.Cut(image, UploadMessageBytes, Options.ChunkBytes)) yield return new StartTrainingRequest { Item = item };
            }
        }
    }

    /// <summary>The job's state now and at every change, until it ends. Ending the enumeration leaves the job running.</summary>
    public async IAsyncEnumerable<Training> WatchTraining(string id, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var replies = ServerStream(o => _stub.WatchTraining(new WatchTrainingRequest { Id = id }, o), cancellationToken);
        await foreach (var reply in replies.ConfigureAwait(false)) yield return reply.Training;
    }

    /// <summary>The job's state now, with its scalars so far.</summary>
    public Task<GetTrainingResponse> GetTraining(string id, CancellationToken cancellationToken = default) =>
        Unary(o => _stub.GetTrainingAsync(new GetTrainingRequest { Id = id }, o), cancellationToken);

    /// <summary>All jobs, newest first.</summary>
    public IAsyncEnumerable<Training> ListTrainings(CancellationToken cancellationToken = default) => Pages<Training>(
        async token =>
        {
            var page = await Unary(o => _stub.ListTrainingsAsync(new ListTrainingsRequest { PageToken = token }, o), cancellationToken).ConfigureAwait(false);
            return (page.Trainings, page.NextPageToken);
        }, cancellationToken);

    /// <summary>Asks a job to stop after the step it is in; it keeps its checkpoint and can be resumed.</summary>
    public async Task<Training> CancelTraining(string id, CancellationToken cancellationToken = default) =>
        (await Unary(o => _stub.CancelTrainingAsync(new CancelTrainingRequest { Id = id }, o), cancellationToken).ConfigureAwait(false)).Training;

    /// <summary>Continues a cancelled or failed job from its last checkpoint.</summary>
    public async Task<Training> ResumeTraining(string id, CancellationToken cancellationToken = default) =>
        (await Unary(o => _stub.ResumeTrainingAsync(new ResumeTrainingRequest { Id = id }, o), cancellationToken).ConfigureAwait(false)).Training;
}
