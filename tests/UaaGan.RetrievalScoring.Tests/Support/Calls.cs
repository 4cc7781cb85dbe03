using Google.Protobuf;
using Grpc.Core;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.RetrievalScoring.Tests.Support;

/// <summary>Whole calls of streaming methods.</summary>
internal static class Calls
{
    /// <summary>One call of Evaluate, all items sent.</summary>
    public static async Task<EvaluateResponse> EvaluateAsync(
        this RetrievalScoringService.RetrievalScoringServiceClient client, EvaluateSettings settings, IEnumerable<EvaluationItem> items)
    {
        using var call = client.Evaluate();
        try
        {
            await call.RequestStream.WriteAsync(new EvaluateRequest { Settings = settings }).Within();
            foreach (var item in items) await call.RequestStream.WriteAsync(new EvaluateRequest { Item = item }).Within();
            await call.RequestStream.CompleteAsync().Within();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The service answered before it had read everything; its answer tells why, and a missing one fails the test.
        }

        return await call.ResponseAsync.Within();
    }

    /// <summary>One call of StreamUpsert; the acceptance, then the result of each item.</summary>
    public static async Task<(StreamUpsertAccepted Accepted, List<UpsertResult> Results)> UpsertAsync(
        this RetrievalScoringService.RetrievalScoringServiceClient client, string gallery, params GalleryItem[] items)
    {
        using var call = client.StreamUpsert();
        await call.RequestStream.WriteAsync(new StreamUpsertRequest { Settings = new StreamUpsertSettings { Gallery = gallery } }).Within();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        var accepted = call.ResponseStream.Current.Accepted;
        var sending = Task.Run(async () =>
        {
            foreach (var item in items) await call.RequestStream.WriteAsync(new StreamUpsertRequest { Item = item });
            await call.RequestStream.CompleteAsync();
        });
        var results = new List<UpsertResult>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).Within()) results.Add(call.ResponseStream.Current.Result);
        await sending.Within();
        return (accepted, results);
    }

    /// <summary>One call of StreamSearch; the acceptance, then the result of each query.</summary>
    public static async Task<(StreamSearchAccepted Accepted, List<SearchResult> Results)> SearchAsync(
        this RetrievalScoringService.RetrievalScoringServiceClient client, StreamSearchSettings settings, params SearchQuery[] queries)
    {
        using var call = client.StreamSearch();
        await call.RequestStream.WriteAsync(new StreamSearchRequest { Settings = settings }).Within();
        Assert.True(await call.ResponseStream.MoveNext(CancellationToken.None).Within());
        var accepted = call.ResponseStream.Current.Accepted;
        var sending = Task.Run(async () =>
        {
            foreach (var query in queries) await call.RequestStream.WriteAsync(new StreamSearchRequest { Query = query });
            await call.RequestStream.CompleteAsync();
        });
        var results = new List<SearchResult>();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).Within()) results.Add(call.ResponseStream.Current.Result);
        await sending.Within();
        return (accepted, results);
    }

    /// <summary>One call of SnapshotGallery; the file.</summary>
    public static async Task<byte[]> SnapshotAsync(this RetrievalScoringService.RetrievalScoringServiceClient client, string gallery)
    {
        using var call = client.SnapshotGallery(new SnapshotGalleryRequest { Name = gallery });
        using var file = new MemoryStream();
        while (await call.ResponseStream.MoveNext(CancellationToken.None).Within()) call.ResponseStream.Current.Data.WriteTo(file);
        return file.ToArray();
    }

    /// <summary>One call of RestoreGallery, the file sent in pieces.</summary>
    public static async Task<Gallery> RestoreAsync(this RetrievalScoringService.RetrievalScoringServiceClient client, byte[] file, string name = "", int piece = 1000)
    {
        using var call = client.RestoreGallery();
        try
        {
            await call.RequestStream.WriteAsync(new RestoreGalleryRequest { Settings = new RestoreGallerySettings { Name = name } }).Within();
            for (int start = 0; start < file.Length; start += piece)
                await call.RequestStream.WriteAsync(new RestoreGalleryRequest { Data = ByteString.CopyFrom(file, start, Math.Min(piece, file.Length - start)) }).Within();
            await call.RequestStream.CompleteAsync().Within();
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException)
        {
            // The service answered before it had read everything; its answer tells why, and a missing one fails the test.
        }

        return (await call.ResponseAsync.Within()).Gallery;
    }
}
