using System.Security.Cryptography;
using UaaGan.Failures;

namespace UaaGan.Retrieval.Tests;

public sealed class GallerySnapshotTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SqliteGalleryStore _store;

    public GallerySnapshotTests() => _store = new SqliteGalleryStore(Path.Combine(_folder.Path, "retrieval.db"));

    public void Dispose()
    {
        _store.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void The_format_is_the_documented_one()
    {
        _store.Create("g", 1, "n");
        _store.Upsert([new GalleryWrite("g", new ImageLabel("b", "", ""), [-1]), new GalleryWrite("g", new ImageLabel("a", "p\u00e9", "c"), [1])]);
        byte[] file = Take("g");
        byte[] content =
        [
            .. "UAAGAN\0\0"u8, 1, 0, 0, 0, 54, 0, 0, 0, .. "{\"name\":\"g\",\"dimension\":1,\"items\":2,\"description\":\"n\"}"u8,
            1, 0, 3, 0, 1, 0, .. "ap\u00e9c"u8, 0, 0, 0x80, 0x3f,
            1, 0, 0, 0, 0, 0, .. "b"u8, 0, 0, 0x80, 0xbf,
        ];
        Assert.Equal([.. content, .. SHA256.HashData(content)], file);
        Assert.Equal(new SnapshotInfo("g", 1, 2, "n"), GallerySnapshot.Check(new MemoryStream(file)));
    }

    [Fact]
    public void A_gallery_comes_back_to_the_bit_under_its_name_or_another()
    {
        byte[] file = TakeThree();
        Assert.Equal(FailureKind.AlreadyExists, Assert.Throws<FailureException>(() => GallerySnapshot.Restore(_store, null, new MemoryStream(file))).Kind);
        var copy = GallerySnapshot.Restore(_store, "copy", new MemoryStream(file));
        Assert.Equal(("copy", 2, 3L, "note"), (copy.Name, copy.Dimension, copy.Items, copy.Description));
        Assert.Equal(file.Length, Take("copy").Length - 3);
        Assert.Equal(Items("g"), Items("copy"));

        _store.Delete("g");
        GallerySnapshot.Restore(_store, null, new MemoryStream(file));
        Assert.Equal(file, Take("g"));
    }

    [Fact]
    public void An_empty_gallery_has_a_snapshot()
    {
        _store.Create("g", 2, "");
        Assert.Equal(0, GallerySnapshot.Restore(_store, "copy", new MemoryStream(Take("g"))).Items);
    }

    [Fact]
    public void Every_cut_is_refused_and_nothing_is_made()
    {
        byte[] file = TakeThree();
        for (int length = 0; length < file.Length; length++)
        {
            var failure = Refused(file[..length]);
            Assert.True(failure.Reason is "SNAPSHOT_FOREIGN" or "SNAPSHOT_DAMAGED", failure.Reason);
        }

        Assert.Equal("SNAPSHOT_DAMAGED", Refused([.. file, 0]).Reason);
    }

    [Fact]
    public void Every_changed_byte_is_refused_and_nothing_is_made()
    {
        byte[] file = TakeThree();
        for (int i = 0; i < file.Length; i++)
        {
            foreach (int bit in new[] { 0, 4, 7 })
            {
                byte[] changed = [.. file];
                changed[i] ^= (byte)(1 << bit);
                Assert.True(Refused(changed).Reason is "SNAPSHOT_FOREIGN" or "SNAPSHOT_DAMAGED" or "SNAPSHOT_TOO_NEW");
            }
        }
    }

    [Fact]
    public void Damage_is_told_with_the_gallerys_name_and_its_place()
    {
        byte[] file = TakeThree();
        Assert.Contains("'g' is damaged: it ends after 2 of its 3 items", Refused(file[..^40]).Message, StringComparison.Ordinal);
        file[8] = 2;
        Assert.Equal((FailureKind.FailedPrecondition, "SNAPSHOT_TOO_NEW"), (Refused(file).Kind, Refused(file).Reason));
        Assert.Equal("SNAPSHOT_FOREIGN", Refused([.. "SQLite format 3\0 and more of it"u8]).Reason);
    }

    [Fact]
    public void A_snapshot_made_wrong_is_refused_though_its_checksum_holds()
    {
        byte[] Wrong(params (string Id, float Feature)[] rows)
        {
            using var output = new MemoryStream();
            using var writer = new SnapshotWriter(output);
            writer.Begin(new GalleryInfo("w", 1, rows.Length, 0, DateTimeOffset.UnixEpoch, ""));
            foreach (var (id, feature) in rows) writer.Add(new ImageLabel(id, "", ""), [feature]);
            writer.End();
            return output.ToArray();
        }

        Assert.Equal(2, GallerySnapshot.Check(new MemoryStream(Wrong(("a", 1), ("b", -1)))).Items);
        foreach (byte[] file in new[] { Wrong(("b", 1), ("a", 1)), Wrong(("a", 1), ("a", 1)), Wrong(("", 1)), Wrong(("a", 2)), Wrong(("a", float.NaN)) })
            Assert.Equal("SNAPSHOT_DAMAGED", Refused(file).Reason);
    }

    private byte[] TakeThree()
    {
        _store.Create("g", 2, "note");
        _store.Upsert([.. new[] { "\U0001F600", "a", "\uFFFD" }.Select((id, i) => new GalleryWrite("g", new ImageLabel(id, $"p{i}", "c"), UnitFeature.Normalize([i, 1], id)))]);
        return Take("g");
    }

    private byte[] Take(string gallery)
    {
        using var output = new MemoryStream();
        GallerySnapshot.Write(_store, gallery, output);
        return output.ToArray();
    }

    private FailureException Refused(byte[] file)
    {
        int before = _store.List().Count;
        var failure = Assert.Throws<FailureException>(() => GallerySnapshot.Restore(_store, "copy", new MemoryStream(file)));
        Assert.Equal(before, _store.List().Count);
        return failure;
    }

    private List<(ImageLabel Label, string Feature)> Items(string gallery)
    {
        var items = new List<(ImageLabel, string)>();
        _store.Read(gallery, _ => { }, (in ImageLabel label, ReadOnlySpan<float> feature) => items.Add((label, string.Join(' ', feature.ToArray().Select(BitConverter.SingleToInt32Bits)))));
        return items;
    }
}
