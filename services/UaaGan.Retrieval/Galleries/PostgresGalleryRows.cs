using System.Data;
using System.Runtime.InteropServices;
using System.Text;
using Npgsql;

namespace UaaGan.Retrieval;

/// <summary>Reads items of a gallery, all or those that have changed, in the order of their ids.</summary>
internal static class PostgresGalleryRows
{
    private const string Columns = "id, identity, camera, feature";

    public static void ReadAll(NpgsqlConnection connection, OpenGallery gallery, GalleryRowVisitor row)
    {
        using var command = PostgresGalleryTables.Command(
            connection, $"SELECT {Columns} FROM uaagan_galleries.items WHERE gallery = $1 ORDER BY id", gallery.Key);
        Read(command, gallery.Info, row);
    }

    public static void ReadChanges(NpgsqlConnection connection, OpenGallery gallery, long since, Action<string> deleted, GalleryRowVisitor row)
    {
        using (var command = PostgresGalleryTables.Command(
            connection, "SELECT id FROM uaagan_galleries.deletions WHERE gallery = $1 AND generation > $2", gallery.Key, since))
        {
            using var reader = command.ExecuteReader();
            while (reader.Read()) deleted(Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0)));
        }

        using var written = PostgresGalleryTables.Command(
            connection, $"SELECT {Columns} FROM uaagan_galleries.items WHERE gallery = $1 AND generation > $2 ORDER BY id", gallery.Key, since);
        Read(written, gallery.Info, row);
    }

    private static void Read(NpgsqlCommand command, GalleryInfo gallery, GalleryRowVisitor row)
    {
        // A large gallery takes as long as it takes; the connection's keep-alive notices a server that is gone.
        command.CommandTimeout = 0;
        using var reader = command.ExecuteReader(CommandBehavior.SequentialAccess);
        try
        {
            byte[] text = new byte[LabelRules.MaxBytes];
            byte[] feature = new byte[gallery.Dimension * sizeof(float)];
            while (reader.Read())
            {
                var label = new ImageLabel(Text(reader, 0, text), Text(reader, 1, text), Text(reader, 2, text));
                long bytes = reader.GetBytes(3, 0, null, 0, 0);
                if (bytes != feature.Length) throw GalleryFailures.DamagedItem(gallery, label.Id, (int)bytes);
                reader.GetBytes(3, 0, feature, 0, feature.Length);
                row(label, MemoryMarshal.Cast<byte, float>(feature));
            }
        }
        catch
        {
            // Closing the reader would read all that is left.
            command.Cancel();
            throw;
        }
    }

    private static string Text(NpgsqlDataReader reader, int column, byte[] buffer) =>
        Encoding.UTF8.GetString(buffer, 0, (int)reader.GetBytes(column, 0, buffer, 0, buffer.Length));
}
