using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>The prepared statements of one transaction that writes items.</summary>
internal sealed class SqliteUpsert : IDisposable
{
    private readonly SqliteTransaction _transaction;
    private readonly SqliteCommand _exists;
    private readonly SqliteCommand _write;
    private byte[] _bytes = [];

    public SqliteUpsert(SqliteTransaction transaction)
    {
        _transaction = transaction;
        _exists = Prepare("SELECT EXISTS (SELECT 1 FROM items WHERE gallery = $key AND id = $id)", "$key", "$id");
        _write = Prepare(
            """
            INSERT INTO items (gallery, id, identity, camera, feature, generation) VALUES ($key, $id, $identity, $camera, $feature, $generation)
            ON CONFLICT (gallery, id) DO UPDATE SET
                identity = excluded.identity, camera = excluded.camera, feature = excluded.feature, generation = excluded.generation
            """,
            "$key", "$id", "$identity", "$camera", "$feature", "$generation");
    }

    /// <summary>Writes an item, or says why not.</summary>
    public FailureException? Write(OpenGallery gallery, GalleryWrite item, GalleryLimits limits)
    {
        if (gallery.Refusal(item) is { } refusal) return refusal;
        bool isNew = Convert.ToInt64(Execute(_exists, gallery.Key, item.Label.Id), CultureInfo.InvariantCulture) == 0;
        if (gallery.Add(isNew, limits) is { } full) return full;
        Write(gallery, item.Label, item.Feature);
        return null;
    }

    /// <summary>Writes an item that is known to be right.</summary>
    public void Write(OpenGallery gallery, in ImageLabel label, ReadOnlySpan<float> feature)
    {
        // Executed, the statement has its own copy, so one buffer serves all.
        var bytes = MemoryMarshal.AsBytes(feature);
        if (_bytes.Length != bytes.Length) _bytes = new byte[bytes.Length];
        bytes.CopyTo(_bytes);
        long generation = gallery.Generation ??= SqliteGalleryTables.NextGeneration(_transaction);
        Execute(_write, gallery.Key, label.Id, label.Identity, label.Camera, _bytes, generation);
    }

    public void Dispose()
    {
        _exists.Dispose();
        _write.Dispose();
    }

    private SqliteCommand Prepare(string text, params ReadOnlySpan<string> parameters)
    {
        var command = SqliteGalleryTables.Command(_transaction, text);
        foreach (string parameter in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
        return command;
    }

    private static object? Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteScalar();
    }
}
