using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;

namespace UaaGan.Retrieval;

/// <summary>Copies the items of a new gallery into the store in one stream.</summary>
internal sealed class PostgresRestore(NpgsqlConnection connection, long key, GalleryInfo gallery, int maxItems)
{
    private byte[] _bytes = [];

    /// <summary>Copies the rows; how many there were.</summary>
    public long Run(Action<GalleryRowVisitor> rows)
    {
        using var copy = connection.BeginBinaryImport(
            "COPY uaagan_galleries.items (gallery, generation, id, identity, camera, feature) FROM STDIN (FORMAT BINARY)");
        // Rows come as fast as their source gives them.
        copy.Timeout = TimeSpan.Zero;
        long count = 0;
        rows((in ImageLabel label, ReadOnlySpan<float> feature) =>
        {
            if (count >= maxItems) throw GalleryFailures.Full(gallery, count);
            count++;
            copy.StartRow();
            copy.Write(key, NpgsqlDbType.Bigint);
            copy.Write(gallery.Generation, NpgsqlDbType.Bigint);
            copy.Write(PostgresGalleryTables.Bytes(label.Id), NpgsqlDbType.Bytea);
            copy.Write(PostgresGalleryTables.Bytes(label.Identity), NpgsqlDbType.Bytea);
            copy.Write(PostgresGalleryTables.Bytes(label.Camera), NpgsqlDbType.Bytea);
            copy.Write(Bytes(feature), NpgsqlDbType.Bytea);
        });
        copy.Complete();
        return count;
    }

    private byte[] Bytes(ReadOnlySpan<float> feature)
    {
        var bytes = MemoryMarshal.AsBytes(feature);
        if (_bytes.Length != bytes.Length) _bytes = new byte[bytes.Length];
        bytes.CopyTo(_bytes);
        return _bytes;
    }
}
