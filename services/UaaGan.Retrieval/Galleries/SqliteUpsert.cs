using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>A gallery during one transaction.</summary>
internal sealed record SqliteGallery(long Key, GalleryInfo Info)
{
    /// <summary>Items in it by now.</summary>
    public long Items { get; set; } = Info.Items;

    /// <summary>Whether the transaction has written to it.</summary>
    public bool Changed { get; set; }
}

/// <summary>The prepared statements of one transaction that writes items.</summary>
internal sealed class SqliteUpsert : IDisposable
{
    private readonly SqliteCommand _exists;
    private readonly SqliteCommand _write;
    private readonly GalleryLimits _limits;

    public SqliteUpsert(SqliteConnection connection, SqliteTransaction transaction, GalleryLimits limits)
    {
        _limits = limits;
        _exists = Prepare("SELECT EXISTS (SELECT 1 FROM items WHERE gallery = $key AND id = $id)", "$key", "$id");
        _write = Prepare(
            """
            INSERT INTO items (gallery, id, identity, camera, feature) VALUES ($key, $id, $identity, $camera, $feature)
            ON CONFLICT (gallery, id) DO UPDATE SET identity = excluded.identity, camera = excluded.camera, feature = excluded.feature
            """,
            "$key", "$id", "$identity", "$camera", "$feature");

        SqliteCommand Prepare(string text, params ReadOnlySpan<string> parameters)
        {
            var command = connection.CreateCommand();
            command.CommandText = text;
            command.Transaction = transaction;
            foreach (string parameter in parameters) command.Parameters.Add(new SqliteParameter { ParameterName = parameter });
            return command;
        }
    }

    /// <summary>Writes an item, or says why not.</summary>
    public FailureException? Write(SqliteGallery gallery, GalleryWrite item)
    {
        try
        {
            LabelRules.Check(item.Label);
        }
        catch (FailureException failure)
        {
            return failure;
        }

        if (item.Feature.Length != gallery.Info.Dimension) return GalleryFailures.WrongDimension(gallery.Info, item.Label.Id, item.Feature.Length);
        bool isNew = Convert.ToInt64(Execute(_exists, gallery.Key, item.Label.Id), CultureInfo.InvariantCulture) == 0;
        if (isNew && gallery.Items >= _limits.MaxItems) return GalleryFailures.Full(gallery.Info, gallery.Items);
        Execute(_write, gallery.Key, item.Label.Id, item.Label.Identity, item.Label.Camera, MemoryMarshal.AsBytes<float>(item.Feature).ToArray());
        if (isNew) gallery.Items++;
        gallery.Changed = true;
        return null;
    }

    public void Dispose()
    {
        _exists.Dispose();
        _write.Dispose();
    }

    private static object? Execute(SqliteCommand command, params ReadOnlySpan<object> values)
    {
        for (int i = 0; i < values.Length; i++) command.Parameters[i].Value = values[i];
        return command.ExecuteScalar();
    }
}
