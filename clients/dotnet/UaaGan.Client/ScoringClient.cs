using System.Runtime.CompilerServices;
using Google.Protobuf;
using Grpc.Net.Client;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Client;

/// <summary>Client of RetrievalScoring: galleries, exact search and ranking protocols.
/// Every method throws <see cref="UaaGanClientException"/> when the call fails.</summary>
public sealed class ScoringClient : ServiceClient
{
    private const int SnapshotPieceBytes = 256 << 10;

    private readonly RetrievalScoringService.RetrievalScoringServiceClient _stub;

    /// <summary>Over a channel of the caller's, who also closes it.</summary>
    public ScoringClient(GrpcChannel channel, ClientOptions? options = null)
        : this(channel, null, false, options)
    {
    }

    /// <summary>Opens a channel of its own. Nothing is sent before the first call.</summary>
    public ScoringClient(Uri address, ClientOptions? options = null)
        : this(ServiceChannels.Open(address, options), address, true, options)
    {
    }

    /// <summary>The same to several replicas, whose streams and calls go to each in turn.</summary>
    public ScoringClient(IReadOnlyCollection<Uri> replicas, ClientOptions? options = null)
        : this(ServiceChannels.Open(replicas, options), null, true, options)
    {
    }

    private ScoringClient(GrpcChannel channel, Uri? address, bool owned, ClientOptions? options)
        : base("RetrievalScoring", channel, address, owned, options) => _stub = new(channel);

    /// <summary>Makes an empty gallery.</summary>
    /// <param name="name">Its name: 1 to 128 characters of a-z, 0-9, '_', '-', '.'.</param>
    /// <param name="dimension">Components of each feature, 1 to 65536.</param>
    /// <param name="description">A note on what is in it, at most 4096 bytes.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<Gallery> CreateGallery(string name, int dimension, string description = "", CancellationToken cancellationToken = default)
    {
        var request = new CreateGalleryRequest { Name = name, Dimension = checked((uint)dimension), Description = description };
        return (await Unary(o => _stub.CreateGalleryAsync(request, o), cancellationToken).ConfigureAwait(false)).Gallery;
    }

    /// <summary>Describes a gallery.</summary>
    public async Task<Gallery> GetGallery(string name, CancellationToken cancellationToken = default) =>
        (await Unary(o => _stub.GetGalleryAsync(new GetGalleryRequest { Name = name }, o), cancellationToken).ConfigureAwait(false)).Gallery;

    /// <summary>All galleries, by name.</summary>
    public IAsyncEnumerable<Gallery> ListGalleries(CancellationToken cancellationToken = default) => Pages<Gallery>(
        async token =>
        {
            var page = await Unary(o => _stub.ListGalleriesAsync(new ListGalleriesRequest { PageToken = token }, o), cancellationToken).ConfigureAwait(false);
            return (page.Galleries, page.NextPageToken);
        }, cancellationToken);

    /// <summary>Deletes a gallery with its items.</summary>
    public Task DeleteGallery(string name, CancellationToken cancellationToken = default) =>
        Unary(o => _stub.DeleteGalleryAsync(new DeleteGalleryRequest { Name = name }, o), cancellationToken);

    /// <summary>A copy of a gallery as it is at one moment, as the pieces of a file that checks itself.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> SnapshotGallery(string name, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var pieces = ServerStream(options => _stub.SnapshotGallery(new SnapshotGalleryRequest { Name = name }, options), cancellationToken);
        await foreach (var piece in pieces.ConfigureAwait(false)) yield return piece.Data.Memory;
    }

    /// <summary>Makes a gallery from such a file: it is seen when it is whole, and not at all when this fails.</summary>
    /// <param name="file">The file, from where it stands.</param>
    /// <param name="name">Name of the gallery to make; empty: the one that the snapshot was taken of.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<Gallery> RestoreGallery(Stream file, string name = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        return (await Upload(options => _stub.RestoreGallery(options), Messages(cancellationToken), cancellationToken).ConfigureAwait(false)).Gallery;

        async IAsyncEnumerable<RestoreGalleryRequest> Messages([EnumeratorCancellation] CancellationToken token)
        {
            yield return new RestoreGalleryRequest { Settings = new RestoreGallerySettings { Name = name } };
            byte[] piece = new byte[SnapshotPieceBytes];
            while (await file.ReadAtLeastAsync(piece, piece.Length, throwOnEndOfStream: false, token).ConfigureAwait(false) is > 0 and var read)
                yield return new RestoreGalleryRequest { Data = ByteString.CopyFrom(piece, 0, read) };
        }
    }

    /// <summary>Opens a stream of items into a gallery. An outcome without an error means that the item is on disk.</summary>
    public Task<ItemExchange<StreamUpsertAccepted, GalleryItem, UpsertResult>> OpenUpsert(string gallery, CancellationToken cancellationToken = default) =>
        DuplexExchange<StreamUpsertRequest, StreamUpsertResponse, StreamUpsertAccepted, GalleryItem, UpsertResult>.Open(
            this,
            new(
                options => _stub.StreamUpsert(options),
                new StreamUpsertRequest { Settings = new StreamUpsertSettings { Gallery = gallery } },
                response => response.Accepted,
                accepted => accepted.Limits,
                (item, _) => [new StreamUpsertRequest { Item = item }],
                response => response.Result is { } r ? new ItemOutcome<UpsertResult>(r.Id, r.Index, r, r.Error, null) : null),
            Options.MaxInFlight,
            cancellationToken);

    /// <summary>Inserts or replaces items; see <see cref="OpenUpsert"/>. A stream that breaks goes on, as <see cref="ClientOptions.Retry"/>
    /// says: to send an item twice is to send it once.</summary>
    public IAsyncEnumerable<ItemOutcome<UpsertResult>> StreamUpsert(
        string gallery, IAsyncEnumerable<GalleryItem> items, IProgress<StreamProgress>? progress = null, CancellationToken cancellationToken = default) =>
        ResumingStream.Run(token => OpenUpsert(gallery, token), items, Options.Retry, ReplyOrder.Request, progress, cancellationToken);

    /// <summary>Deletes items by id, 1 to 10000 of them; ids that are not there are counted, not refused.</summary>
    public Task<DeleteItemsResponse> DeleteItems(string gallery, IEnumerable<string> ids, CancellationToken cancellationToken = default) =>
        Unary(o => _stub.DeleteItemsAsync(new DeleteItemsRequest { Gallery = gallery, Ids = { ids } }, o), cancellationToken);

    /// <summary>The k best items for one feature, score descending, then id ascending.</summary>
    /// <param name="gallery">Name of the gallery.</param>
    /// <param name="feature">The query.</param>
    /// <param name="k">Items wanted.</param>
    /// <param name="filter">What it may find; null: every item.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    public async Task<IReadOnlyList<SearchHit>> Search(
        string gallery, Feature feature, int k, SearchFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var request = new SearchRequest { Gallery = gallery, Feature = feature, K = checked((uint)k), Filter = filter };
        return (await Unary(o => _stub.SearchAsync(request, o), cancellationToken).ConfigureAwait(false)).Ranking.Hits;
    }

    /// <summary>Opens a stream of queries to rankings.</summary>
    public Task<ItemExchange<StreamSearchAccepted, SearchQuery, Ranking>> OpenSearch(
        string gallery, int k, ReplyOrder order = ReplyOrder.Request, CancellationToken cancellationToken = default)
    {
        var settings = new StreamSearchSettings { Gallery = gallery, K = checked((uint)k), ReplyOrder = order };
        return DuplexExchange<StreamSearchRequest, StreamSearchResponse, StreamSearchAccepted, SearchQuery, Ranking>.Open(
            this,
            new(
                options => _stub.StreamSearch(options),
                new StreamSearchRequest { Settings = settings },
                response => response.Accepted,
                accepted => accepted.Limits,
                (query, _) => [new StreamSearchRequest { Query = query }],
                response => response.Result is { } r ? new ItemOutcome<Ranking>(r.Id, r.Index, r.Ranking, r.Error, null) : null),
            Options.MaxInFlight,
            cancellationToken);
    }

    /// <summary>The k best items for each query of a stream. A stream that breaks goes on, as <see cref="ClientOptions.Retry"/> says.</summary>
    public IAsyncEnumerable<ItemOutcome<Ranking>> StreamSearch(
        string gallery, int k, IAsyncEnumerable<SearchQuery> queries, ReplyOrder order = ReplyOrder.Request, IProgress<StreamProgress>? progress = null,
        CancellationToken cancellationToken = default) =>
        ResumingStream.Run(token => OpenSearch(gallery, k, order, token), queries, Options.Retry, order, progress, cancellationToken);

    /// <summary>Scores clean and adversarial queries by a ranking protocol. An item at fault fails the call and is named: nothing is left out in silence.</summary>
    public Task<EvaluateResponse> Evaluate(EvaluateSettings settings, IAsyncEnumerable<EvaluationItem> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(items);
        return Upload(options => _stub.Evaluate(options), Messages(cancellationToken), cancellationToken);

        async IAsyncEnumerable<EvaluateRequest> Messages([EnumeratorCancellation] CancellationToken token)
        {
            yield return new EvaluateRequest { Settings = settings };
            await foreach (var item in items.WithCancellation(token).ConfigureAwait(false)) yield return new EvaluateRequest { Item = item };
        }
    }
}
