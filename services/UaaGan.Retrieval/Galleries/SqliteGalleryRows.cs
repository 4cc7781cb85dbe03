using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace UaaGan.Retrieval;

/// <summary>Reads items of a gallery, all or those that have changed, in the order of their ids.</summary>
internal static class SqliteGalleryRows
{
    public static void ReadAll(SqliteTransaction transaction, OpenGallery gallery, GalleryRowVisitor row)
    {
        using var command = SqliteGalleryTables.Command(
            transaction, "SELECT id, identity, camera, feature FROM items WHERE gallery = $key ORDER BY id", ("$key", gallery.Key));
        Read(command, gallery.Info, row);
    }

    public static void ReadChanges(SqliteTransaction transaction, OpenGallery gallery, long since, Action<string> deleted, GalleryRowVisitor row)
    {
        using (var command = SqliteGalleryTables.Command(
            transaction, "SELECT id FROM deletions WHERE gallery = $key AND generation > $since", ("$key", gallery.Key), ("$since", since)))
        {
            using var reader = command.ExecuteReader();
            while (reader.Read()) deleted(reader.GetString(0));
        }

        using var written = SqliteGalleryTables.Command(
            transaction,
            "SELECT id, identity, camera, feature FROM items INDEXED BY items_by_generation WHERE gallery = $key AND generation > $since ORDER BY id",
            ("$key", gallery.Key), ("$since", since));
        Read(written, gallery.Info, row);
    }

    private static void Read(SqliteCommand command, GalleryInfo gallery, GalleryRowVisitor row)
    {
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var label = new ImageLabel(reader.GetString(0), reader.GetString(1), reader.GetString(2));
            // SQLite's own memory, good until the next row: a million rows need no copy.
            var feature = raw.sqlite3_column_blob(reader.Handle!, 3);
            if (feature.Length != gallery.Dimension * sizeof(float)) throw GalleryFailures.DamagedItem(gallery, label.Id, feature.Length);
            row(label, MemoryMarshal.Cast<byte, float>(feature));
        }
    }
}
