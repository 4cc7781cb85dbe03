using System.Globalization;
using Microsoft.Data.Sqlite;

namespace UaaGan.Retrieval;

/// <summary>Deletes items and remembers which, so that an index in memory can follow.</summary>
internal static class SqliteDeletion
{
    /// <summary>Deletes items by id; how many there were.</summary>
    public static int Run(SqliteTransaction transaction, OpenGallery gallery, IReadOnlyCollection<string> ids)
    {
        using var delete = SqliteGalleryTables.Command(
            transaction, "DELETE FROM items WHERE gallery = $key AND id = $id", ("$key", gallery.Key), ("$id", ""));
        using var remember = SqliteGalleryTables.Command(
            transaction,
            "INSERT INTO deletions (gallery, id, generation) VALUES ($key, $id, $generation) ON CONFLICT (gallery, id) DO UPDATE SET generation = excluded.generation",
            ("$key", gallery.Key), ("$id", ""), ("$generation", 0L));
        int deleted = 0;
        foreach (string id in ids)
        {
            delete.Parameters["$id"].Value = id;
            if (delete.ExecuteNonQuery() == 0) continue;
            deleted++;
            remember.Parameters["$id"].Value = id;
            remember.Parameters["$generation"].Value = gallery.Generation ??= SqliteGalleryTables.NextGeneration(transaction);
            remember.ExecuteNonQuery();
        }

        gallery.Remove(deleted);
        if (deleted > 0) Forget(transaction, gallery);
        return deleted;
    }

    private static void Forget(SqliteTransaction transaction, OpenGallery gallery)
    {
        using var count = SqliteGalleryTables.Command(
            transaction, "SELECT COUNT(*) FROM deletions WHERE gallery = $key", ("$key", gallery.Key));
        if (Convert.ToInt64(count.ExecuteScalar(), CultureInfo.InvariantCulture) <= GalleryLimits.MaxRememberedDeletions) return;
        SqliteGalleryTables.Execute(transaction, "DELETE FROM deletions WHERE gallery = $key", ("$key", gallery.Key));
        SqliteGalleryTables.Execute(
            transaction, "UPDATE galleries SET known_since = $generation WHERE key = $key", ("$generation", gallery.Generation!.Value), ("$key", gallery.Key));
    }
}
