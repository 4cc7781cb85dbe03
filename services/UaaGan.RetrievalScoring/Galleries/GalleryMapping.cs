using Google.Protobuf.WellKnownTypes;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>From the domain to the messages that galleries and rankings travel in.</summary>
internal static class GalleryMapping
{
    public static Gallery Gallery(GalleryInfo gallery) => new()
    {
        Name = gallery.Name,
        Dimension = (uint)gallery.Dimension,
        Items = (ulong)gallery.Items,
        Generation = (ulong)gallery.Generation,
        Created = Timestamp.FromDateTimeOffset(gallery.Created),
        Description = gallery.Description,
    };

    public static Ranking Ranking(IEnumerable<RankedRow> rows)
    {
        var message = new Ranking();
        message.Hits.AddRange(rows.Select(row => new SearchHit
        {
            Id = row.Label.Id,
            Score = row.Score,
            Identity = row.Label.Identity,
            Camera = row.Label.Camera,
        }));
        return message;
    }
}
