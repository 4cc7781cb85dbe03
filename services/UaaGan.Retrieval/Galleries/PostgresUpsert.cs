using System.Runtime.InteropServices;
using System.Text;
using Npgsql;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>One transaction that writes items of any galleries: a few statements, however many items.</summary>
internal sealed class PostgresUpsert(NpgsqlConnection connection, GalleryLimits limits)
{
    // Bytes of features in one statement; the server holds them in memory at once.
    private const int StatementBytes = 16 << 20;

    /// <summary>Writes the items in the order given; of two with one id the later stays.</summary>
    /// <returns>For each item, why it was refused; null when it is written.</returns>
    public FailureException?[] Run(IReadOnlyList<GalleryWrite> writes)
    {
        var open = PostgresGalleryTables.Lock(connection, writes.Select(write => write.Gallery).Distinct()).ToDictionary(gallery => gallery.Info.Name);
        var failures = new FailureException?[writes.Count];
        for (int i = 0; i < writes.Count; i++)
        {
            failures[i] = open.TryGetValue(writes[i].Gallery, out var gallery) ? gallery.Refusal(writes[i]) : GalleryFailures.NotFound(writes[i].Gallery);
        }

        var known = Known(writes.Where((_, i) => failures[i] is null).Select(write => (open[write.Gallery].Key, write.Label.Id)));
        var last = new Dictionary<(long, string), GalleryWrite>();
        for (int i = 0; i < writes.Count; i++)
        {
            if (failures[i] is not null) continue;
            var item = writes[i];
            var gallery = open[item.Gallery];
            var key = (gallery.Key, item.Label.Id);
            failures[i] = gallery.Add(!known.Contains(key), limits);
            if (failures[i] is not null) continue;
            known.Add(key);
            last[key] = item;
            gallery.Generation ??= PostgresGalleryTables.NextGeneration(connection);
        }

        Write(open, [.. last.Values]);
        foreach (var gallery in open.Values) Update(connection, gallery);
        return failures;
    }

    /// <summary>Writes down how many items a gallery has by now, and its generation; without effect when nothing was written.</summary>
    public static void Update(NpgsqlConnection connection, OpenGallery gallery)
    {
        if (gallery.Generation is not { } generation) return;
        PostgresGalleryTables.Execute(
            connection, "UPDATE uaagan_galleries.galleries SET items = $1, generation = $2 WHERE key = $3", gallery.Items, generation, gallery.Key);
    }

    // Which of the ids are in their gallery already.
    private HashSet<(long Key, string Id)> Known(IEnumerable<(long Key, string Id)> items)
    {
        var asked = items.Distinct().ToList();
        var known = new HashSet<(long, string)>();
        if (asked.Count == 0) return known;
        using var command = PostgresGalleryTables.Command(
            connection,
            "SELECT asked.key, asked.id FROM unnest($1, $2) AS asked (key, id) JOIN uaagan_galleries.items AS i ON i.gallery = asked.key AND i.id = asked.id",
            asked.Select(item => item.Key).ToArray(), asked.Select(item => PostgresGalleryTables.Bytes(item.Id)).ToArray());
        using var reader = command.ExecuteReader();
        while (reader.Read()) known.Add((reader.GetInt64(0), Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(1))));
        return known;
    }

    private void Write(Dictionary<string, OpenGallery> open, List<GalleryWrite> items)
    {
        for (int start = 0; start < items.Count;)
        {
            int end = start;
            for (int bytes = 0; end < items.Count && (end == start || bytes + Bytes(items[end]) <= StatementBytes); end++) bytes += Bytes(items[end]);
            var part = items[start..end];
            PostgresGalleryTables.Execute(
                connection,
                """
                INSERT INTO uaagan_galleries.items (gallery, generation, id, identity, camera, feature)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6)
                ON CONFLICT (gallery, id) DO UPDATE SET
                    generation = excluded.generation, identity = excluded.identity, camera = excluded.camera, feature = excluded.feature
                """,
                part.Select(item => open[item.Gallery].Key).ToArray(), part.Select(item => open[item.Gallery].Generation!.Value).ToArray(),
                Texts(part, item => item.Label.Id), Texts(part, item => item.Label.Identity), Texts(part, item => item.Label.Camera),
                part.Select(item => MemoryMarshal.AsBytes<float>(item.Feature).ToArray()).ToArray());
            start = end;
        }
    }

    private static int Bytes(GalleryWrite item) => item.Feature.Length * sizeof(float);

    private static byte[][] Texts(List<GalleryWrite> items, Func<GalleryWrite, string> text) => [.. items.Select(item => PostgresGalleryTables.Bytes(text(item)))];
}
