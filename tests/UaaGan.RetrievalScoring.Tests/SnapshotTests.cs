using Grpc.Core;
using UaaGan.Failures;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.RetrievalScoring.Tests.Support;

namespace UaaGan.RetrievalScoring.Tests;

public class SnapshotTests
{
    [Fact]
    public async Task A_snapshot_becomes_a_gallery_of_any_name()
    {
        await using var service = await LiveService.StartAsync();
        byte[] file = await FillAsync(service, 3000);
        var copy = await service.Client.RestoreAsync(file, "copy", piece: 100_000);
        Assert.Equal(("copy", 8u, 3000ul, "note"), (copy.Name, copy.Dimension, copy.Items, copy.Description));
        var search = new SearchRequest { Gallery = "g", Feature = LiveService.Feature(1, 2, 3, 4, 5, 6, 7, 8), K = 100 };
        var expected = await service.Client.SearchAsync(search);
        search.Gallery = "copy";
        Assert.Equal(expected, await service.Client.SearchAsync(search));

        await Refused(StatusCode.AlreadyExists, "GALLERY_EXISTS", () => service.Client.RestoreAsync(file));
        await service.Client.DeleteGalleryAsync(new DeleteGalleryRequest { Name = "g" });
        Assert.Equal("g", (await service.Client.RestoreAsync(file)).Name);
        Assert.Equal(file, await service.Client.SnapshotAsync("g"));
        await Refused(StatusCode.NotFound, "GALLERY_NOT_FOUND", () => service.Client.SnapshotAsync("nowhere"));
    }

    [Fact]
    public async Task What_is_no_whole_snapshot_makes_no_gallery_and_leaves_no_file()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxSnapshotBytes=1048576");
        byte[] file = await FillAsync(service, 50);
        byte[] changed = [.. file];
        changed[^100] ^= 1;
        await Refused(StatusCode.DataLoss, "SNAPSHOT_DAMAGED", () => service.Client.RestoreAsync(file[..^1], "copy"));
        await Refused(StatusCode.DataLoss, "SNAPSHOT_DAMAGED", () => service.Client.RestoreAsync(changed, "copy"));
        await Refused(StatusCode.InvalidArgument, "SNAPSHOT_FOREIGN", () => service.Client.RestoreAsync([], "copy"));
        await Refused(StatusCode.InvalidArgument, "BAD_GALLERY_NAME", () => service.Client.RestoreAsync(file, "No Name"));
        await Refused(StatusCode.ResourceExhausted, "SNAPSHOT_TOO_LARGE", () => service.Client.RestoreAsync(new byte[(1 << 20) + 1], "copy", piece: 100_000));
        Assert.Equal(["g"], (await service.Client.ListGalleriesAsync(new ListGalleriesRequest())).Galleries.Select(gallery => gallery.Name));
        Assert.Empty(Directory.GetFiles(service.State, "*.tmp"));
    }

    [Fact]
    public async Task One_transfer_too_many_is_refused()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxTransfers=1");
        byte[] file = await FillAsync(service, 3);
        using (var open = await OpenRestoreAsync(service))
        {
            await Refused(StatusCode.ResourceExhausted, "TOO_MANY_TRANSFERS", () => service.Client.RestoreAsync(file, "copy"));
            await open.RequestStream.WriteAsync(new RestoreGalleryRequest { Data = Google.Protobuf.ByteString.CopyFrom(file) }).Within();
            await open.RequestStream.CompleteAsync().Within();
            Assert.Equal("slow", (await open.ResponseAsync.Within()).Gallery.Name);
        }

        await service.Client.RestoreAsync(file, "copy");
    }

    /// <summary>A restore that has the one place, which is taken once the service has read from it: another caller is refused then.</summary>
    private static async Task<AsyncClientStreamingCall<RestoreGalleryRequest, RestoreGalleryResponse>> OpenRestoreAsync(LiveService service)
    {
        while (true)
        {
            var open = service.Client.RestoreGallery();
            await open.RequestStream.WriteAsync(new RestoreGalleryRequest { Settings = new RestoreGallerySettings { Name = "slow" } }).Within();
            while (!open.ResponseAsync.IsCompleted)
            {
                if (!await TryAsync(service)) return open;
            }

            // The other caller was first, and the restore was refused.
            open.Dispose();
        }
    }

    [Fact]
    public async Task A_bad_connection_string_stops_the_start_and_is_not_repeated()
    {
        foreach (string bad in new[] { "Password=swordfish;Colour=blue;Host=db", "Password=swordfish" })
        {
            var failure = await Assert.ThrowsAsync<FailureException>(() => LiveService.StartAsync($"--UaaGan:RetrievalScoring:PostgreSql={bad}"));
            Assert.Equal("BAD_OPTION", failure.Reason);
            Assert.Contains("PostgreSql", failure.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("swordfish", failure.ToString(), StringComparison.Ordinal);
        }
    }

    private static async Task<bool> TryAsync(LiveService service)
    {
        try
        {
            await service.Client.SnapshotAsync("g");
            return true;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
        {
            return false;
        }
    }

    private static async Task<byte[]> FillAsync(LiveService service, int items)
    {
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 8, Description = "note" });
        var random = new Random(1);
        await service.UpsertAsync("g", [.. Enumerable.Range(0, items).Select(i => LiveService.Item($"{i}", [.. Enumerable.Range(0, 8).Select(_ => random.NextSingle() + 0.1f)]))]);
        return await service.Client.SnapshotAsync("g");
    }

    private static async Task Refused(StatusCode code, string reason, Func<Task> call)
    {
        var (seen, why, _) = await LiveService.RefusedAsync(call);
        Assert.Equal((code, reason), (seen, why));
    }
}
