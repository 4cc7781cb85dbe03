using Grpc.Net.Client;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Features.V1;

namespace UaaGan.Client;

/// <summary>Client of FeatureExtraction: deep features of images. Every method throws <see cref="UaaGanClientException"/> when the call fails.</summary>
/// <example><code>
/// using var client = new FeatureClient(new Uri("http://127.0.0.1:5101"));
/// await foreach (var outcome in client.StreamExtract(new ModelReference { Name = "osnet_x0_25" }, ImageInput.FromFiles(files)))
///     Console.WriteLine($"{outcome.Id}: {outcome.Error?.Message ?? $"{outcome.Value.Dimension} components"}");
/// </code></example>
public sealed class FeatureClient : ServiceClient
{
    private const string Name = "FeatureExtraction";
    private readonly FeatureExtractionService.FeatureExtractionServiceClient _stub;

    /// <summary>Over a channel of the caller's, who also closes it.</summary>
    public FeatureClient(GrpcChannel channel, ClientOptions? options = null)
        : this(channel, null, false, options)
    {
    }

    /// <summary>Opens a channel of its own. Nothing is sent before the first call.</summary>
    public FeatureClient(Uri address, ClientOptions? options = null)
        : this(ServiceChannels.Open(address, options), address, true, options)
    {
    }

    /// <summary>The same to several replicas, whose streams and calls go to each in turn.</summary>
    public FeatureClient(IReadOnlyCollection<Uri> replicas, ClientOptions? options = null)
        : this(ServiceChannels.Open(replicas, options), null, true, options)
    {
    }

    private FeatureClient(GrpcChannel channel, Uri? address, bool owned, ClientOptions? options)
        : base(Name, channel, address, owned, options) => _stub = new(channel);

    /// <summary>The models of the repository, by name, then version.</summary>
    public IAsyncEnumerable<Model> ListModels(CancellationToken cancellationToken = default) => Pages<Model>(
        async token =>
        {
            var page = await Unary(o => _stub.ListModelsAsync(new ListModelsRequest { PageToken = token }, o), cancellationToken).ConfigureAwait(false);
            return (page.Models, page.NextPageToken);
        }, cancellationToken);

    /// <summary>One model's card.</summary>
    public async Task<Model> GetModel(ModelReference model, CancellationToken cancellationToken = default) =>
        (await Unary(o => _stub.GetModelAsync(new GetModelRequest { Model = model }, o), cancellationToken).ConfigureAwait(false)).Model;

    /// <summary>The feature of one image.</summary>
    public Task<ExtractResponse> Extract(ModelReference model, Image image, CancellationToken cancellationToken = default) =>
        Unary(o => _stub.ExtractAsync(new ExtractRequest { Model = model, Image = image }, o), cancellationToken);

    /// <summary>Opens a stream of images to features: for the announced limits and the model that answers, before anything is sent.</summary>
    public Task<ItemExchange<StreamExtractAccepted, ImageInput, Feature>> OpenExtract(
        ModelReference model, ReplyOrder order = ReplyOrder.Request, CancellationToken cancellationToken = default)
    {
        var settings = new StreamExtractRequest { Settings = new StreamExtractSettings { Model = model, ReplyOrder = order } };
        return DuplexExchange<StreamExtractRequest, StreamExtractResponse, StreamExtractAccepted, ImageInput, Feature>.Open(
            this,
            new(
                options => _stub.StreamExtract(options),
                settings,
                response => response.Accepted,
                accepted => accepted.Limits,
                (input, limits) => ImageMessages.Cut(input, (long)limits.MaxMessageBytes, Options.ChunkBytes)
                    .Select(item => new StreamExtractRequest { Item = item }),
                response => response.Result is { } r ? new ItemOutcome<Feature>(r.Id, r.Index, r.Feature, r.Error, r.Timing) : null),
            Options.MaxInFlight,
            cancellationToken);
    }

    /// <summary>The features of a stream of images, each once; see <see cref="ItemExchange{TAccepted, TItem, TResult}.Send"/>. A stream that
    /// breaks goes on with another replica, as <see cref="ClientOptions.Retry"/> says.</summary>
    public IAsyncEnumerable<ItemOutcome<Feature>> StreamExtract(
        ModelReference model, IAsyncEnumerable<ImageInput> images, ReplyOrder order = ReplyOrder.Request, IProgress<StreamProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        ResumingStream.Run(token => OpenExtract(model, order, token), images, Options.Retry, order, progress, cancellationToken);

    /// <summary>Loads and warms a model on the replica that answers.</summary>
    public async Task<Model> LoadModel(ModelReference model, CancellationToken cancellationToken = default) =>
        (await Unary(o => _stub.LoadModelAsync(new LoadModelRequest { Model = model }, o), cancellationToken).ConfigureAwait(false)).Model;

    /// <summary>Releases a model on the replica that answers, after its queued work.</summary>
    public Task UnloadModel(ModelReference model, CancellationToken cancellationToken = default) =>
        Unary(o => _stub.UnloadModelAsync(new UnloadModelRequest { Model = model }, o), cancellationToken);
}
