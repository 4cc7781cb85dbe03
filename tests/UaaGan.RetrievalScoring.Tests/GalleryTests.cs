using Grpc.Core;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.RetrievalScoring.Tests.Support;

namespace UaaGan.RetrievalScoring.Tests;

public class GalleryTests
{
    [Fact]
    public async Task Galleries_are_made_described_and_deleted()
    {
        await using var service = await LiveService.StartAsync();
        var made = (await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "people", Dimension = 2, Description = "osnet" })).Gallery;
        Assert.Equal(("people", 2u, 0ul, "osnet"), (made.Name, made.Dimension, made.Items, made.Description));
        Assert.InRange(made.Created.ToDateTime(), DateTime.UtcNow.AddMinutes(-1), DateTime.UtcNow.AddMinutes(1));
        Assert.Equal(made, (await service.Client.GetGalleryAsync(new GetGalleryRequest { Name = "people" })).Gallery);

        await Refused(StatusCode.AlreadyExists, "GALLERY_EXISTS", () => service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "people", Dimension = 3 }).ResponseAsync);
        await Refused(StatusCode.InvalidArgument, "BAD_GALLERY_NAME", () => service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "A B", Dimension = 3 }).ResponseAsync);
        await Refused(StatusCode.InvalidArgument, "BAD_DIMENSION", () => service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "x", Dimension = 65537 }).ResponseAsync);

        await service.Client.DeleteGalleryAsync(new DeleteGalleryRequest { Name = "people" });
        await Refused(StatusCode.NotFound, "GALLERY_NOT_FOUND", () => service.Client.GetGalleryAsync(new GetGalleryRequest { Name = "people" }).ResponseAsync);
        await Refused(StatusCode.NotFound, "GALLERY_NOT_FOUND", () => service.Client.DeleteGalleryAsync(new DeleteGalleryRequest { Name = "people" }).ResponseAsync);
    }

    [Fact]
    public async Task Galleries_are_listed_by_name_page_by_page()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxGalleries=5");
        foreach (string name in new[] { "d", "b", "a", "e", "c" }) await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = name, Dimension = 1 });
        var names = new List<string>();
        var sizes = new List<int>();
        string token = "";
        do
        {
            var page = await service.Client.ListGalleriesAsync(new ListGalleriesRequest { PageSize = 2, PageToken = token });
            names.AddRange(page.Galleries.Select(gallery => gallery.Name));
            sizes.Add(page.Galleries.Count);
            token = page.NextPageToken;
        }
        while (token.Length > 0);
        Assert.Equal(["a", "b", "c", "d", "e"], names);
        Assert.Equal([2, 2, 1], sizes);

        await Refused(StatusCode.InvalidArgument, "BAD_PAGE_SIZE", () => service.Client.ListGalleriesAsync(new ListGalleriesRequest { PageSize = -1 }).ResponseAsync);
        await Refused(StatusCode.InvalidArgument, "BAD_PAGE_TOKEN", () => service.Client.ListGalleriesAsync(new ListGalleriesRequest { PageToken = "x" }).ResponseAsync);
        await Refused(StatusCode.ResourceExhausted, "TOO_MANY_GALLERIES", () => service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "f", Dimension = 1 }).ResponseAsync);
    }

    [Fact]
    public async Task A_bad_item_is_answered_with_its_own_status_among_good_ones()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxGalleryItems=3");
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 2 });
        var noFeature = new GalleryItem { Id = "no feature" };
        var cut = LiveService.Item("cut", 1, 0);
        cut.Feature.Dimension = 3;
        var double64 = LiveService.Item("double", 1, 0);
        double64.Feature.DataType = (Protos.Common.V1.DataType)2;
        var longCamera = LiveService.Item("camera", 1, 0);
        longCamera.Camera = new string('c', 257);
        var good = LiveService.Item("good", 0, 5);
        (good.Identity, good.Camera) = ("anna", "3");
        var (accepted, results) = await service.UpsertAsync(
            "g", good, LiveService.Item("short", 1), LiveService.Item("nan", 1, float.NaN), LiveService.Item("zero", 0, 0), LiveService.Item("", 1, 0),
            LiveService.Item(new string('i', 257), 1, 0), noFeature, cut, double64, longCamera, LiveService.Item("good", 3, 4), LiveService.Item("b", 1, 0),
            LiveService.Item("c", 1, 0), LiveService.Item("d", 1, 0), LiveService.Item("b", 0, 1));

        Assert.Equal(256u, accepted.Limits.MaxInFlight);
        Assert.Equal(0ul, accepted.Limits.MaxImageBytes);
        Assert.Equal(("g", 2u), (accepted.Gallery.Name, accepted.Gallery.Dimension));
        Assert.Equal(Enumerable.Range(0, 15).Select(i => (ulong)i), results.Select(result => result.Index));
        Assert.Equal(
            [
                "", "DIMENSION_MISMATCH", "FEATURE_NOT_FINITE", "FEATURE_ZERO", "BAD_ITEM_ID", "BAD_ITEM_ID", "FEATURE_MISSING", "BAD_FEATURE_LENGTH",
                "BAD_DATA_TYPE", "LABEL_TOO_LONG", "", "", "", "GALLERY_FULL", "",
            ],
            results.Select(result => result.Error is null ? "" : LiveService.Reason(result.Error)));

        var gallery = (await service.Client.GetGalleryAsync(new GetGalleryRequest { Name = "g" })).Gallery;
        Assert.Equal(3ul, gallery.Items);
        Assert.NotEqual(accepted.Gallery.Generation, gallery.Generation);
        // The later of two items with one id stays, whole: the first one's labels are gone with it.
        var hits = (await service.Client.SearchAsync(new SearchRequest { Gallery = "g", Feature = LiveService.Feature(0, 1), K = 10 })).Ranking.Hits;
        Assert.Equal([("b", 1f, ""), ("good", 0.8f, ""), ("c", 0f, "")], hits.Select(hit => (hit.Id, hit.Score, hit.Identity)));
    }

    [Fact]
    public async Task Deleted_items_are_counted()
    {
        await using var service = await LiveService.StartAsync("--UaaGan:RetrievalScoring:MaxDeletedIds=3");
        await service.Client.CreateGalleryAsync(new CreateGalleryRequest { Name = "g", Dimension = 1 });
        await service.UpsertAsync("g", LiveService.Item("a", 1), LiveService.Item("b", 1));
        var reply = await service.Client.DeleteItemsAsync(new DeleteItemsRequest { Gallery = "g", Ids = { "a", "x", "y" } });
        Assert.Equal((1u, 2u), (reply.Deleted, reply.Missing));
        await Refused(StatusCode.InvalidArgument, "BAD_ID_COUNT", () => service.Client.DeleteItemsAsync(new DeleteItemsRequest { Gallery = "g" }).ResponseAsync);
        await Refused(StatusCode.InvalidArgument, "BAD_ID_COUNT", () => service.Client.DeleteItemsAsync(new DeleteItemsRequest { Gallery = "g", Ids = { "1", "2", "3", "4" } }).ResponseAsync);
        await Refused(StatusCode.NotFound, "GALLERY_NOT_FOUND", () => service.Client.DeleteItemsAsync(new DeleteItemsRequest { Gallery = "h", Ids = { "1" } }).ResponseAsync);
    }

    [Fact]
    public async Task An_unknown_gallery_ends_a_stream_at_once()
    {
        await using var service = await LiveService.StartAsync();
        await Refused(StatusCode.NotFound, "GALLERY_NOT_FOUND", () => service.UpsertAsync("nowhere", LiveService.Item("a", 1)));
        await Refused(StatusCode.NotFound, "GALLERY_NOT_FOUND", () => service.SearchAsync(new StreamSearchSettings { Gallery = "nowhere", K = 1 }));
        await Refused(StatusCode.NotFound, "GALLERY_NOT_FOUND", () => service.Client.SearchAsync(new SearchRequest { Gallery = "nowhere", Feature = LiveService.Feature(1), K = 1 }).ResponseAsync);
    }

    [Theory]
    [InlineData("--UaaGan:RetrievalScoring:MaxK=0", "MaxK")]
    [InlineData("--UaaGan:RetrievalScoring:IndexBytes=7", "IndexBytes")]
    [InlineData("--UaaGan:RetrievalScoring:MaxEvaluationItems=0", "MaxEvaluationItems")]
    public async Task An_invalid_option_stops_the_start_and_is_named(string argument, string named)
    {
        var failure = await Assert.ThrowsAsync<Failures.FailureException>(() => LiveService.StartAsync(argument));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    private static async Task Refused(StatusCode code, string reason, Func<Task> call)
    {
        var refusal = await LiveService.RefusedAsync(call);
        Assert.Equal((code, reason), (refusal.Code, refusal.Reason));
    }
}
