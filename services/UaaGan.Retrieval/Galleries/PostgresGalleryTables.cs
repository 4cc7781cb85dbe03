using System.Text;
using Npgsql;
using NpgsqlTypes;
using UaaGan.Storage;

namespace UaaGan.Retrieval;

/// <summary>The tables of the PostgreSQL store, and statements on galleries.</summary>
internal static class PostgresGalleryTables
{
    private const string Columns = "key, name, dimension, items, generation, created_ms, description, known_since";

    /// <summary>
    /// Texts of the caller's are bytea: their UTF-8 bytes compare as such whatever the database's collation, and may hold a NUL, which text may
    /// not. A sequence gives no number twice. Features stay in their row, as they are: floats don't compress, and rows elsewhere read slowly.
    /// </summary>
    public static PostgresSchema Schema { get; } = new("galleries", """
        CREATE SEQUENCE uaagan_galleries.generation;
        CREATE TABLE uaagan_galleries.galleries (
            key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text COLLATE "C" NOT NULL UNIQUE,
            dimension integer NOT NULL,
            items bigint NOT NULL,
            generation bigint NOT NULL,
            known_since bigint NOT NULL,
            created_ms bigint NOT NULL,
            description bytea NOT NULL);
        CREATE TABLE uaagan_galleries.items (
            gallery bigint NOT NULL,
            generation bigint NOT NULL,
            id bytea NOT NULL,
            identity bytea NOT NULL,
            camera bytea NOT NULL,
            feature bytea NOT NULL,
            PRIMARY KEY (gallery, id)) WITH (toast_tuple_target = 8160);
        ALTER TABLE uaagan_galleries.items ALTER COLUMN feature SET STORAGE EXTERNAL;
        CREATE INDEX items_by_generation ON uaagan_galleries.items (gallery, generation);
        CREATE TABLE uaagan_galleries.deletions (
            gallery bigint NOT NULL,
            id bytea NOT NULL,
            generation bigint NOT NULL,
            PRIMARY KEY (gallery, id));
        """);

    public static OpenGallery? Find(NpgsqlConnection connection, string name) => FindAll(connection, [name], forWriting: false) is [var gallery] ? gallery : null;

    /// <summary>Finds galleries and keeps other writers off them until the transaction ends. In one order, so that no two writers wait for each other.</summary>
    public static List<OpenGallery> Lock(NpgsqlConnection connection, IEnumerable<string> names) => FindAll(connection, names, forWriting: true);

    public static List<GalleryInfo> List(NpgsqlConnection connection)
    {
        using var command = Command(connection, $"SELECT {Columns} FROM uaagan_galleries.galleries ORDER BY name");
        return [.. Read(command).Select(gallery => gallery.Info)];
    }

    public static long Count(NpgsqlConnection connection)
    {
        using var command = Command(connection, "SELECT count(*) FROM uaagan_galleries.galleries");
        return (long)command.ExecuteScalar()!;
    }

    public static (long Key, long Generation) NewKey(NpgsqlConnection connection)
    {
        using var command = Command(
            connection, "SELECT nextval(pg_get_serial_sequence('uaagan_galleries.galleries', 'key')), nextval('uaagan_galleries.generation')");
        using var reader = command.ExecuteReader();
        reader.Read();
        return (reader.GetInt64(0), reader.GetInt64(1));
    }

    public static long NextGeneration(NpgsqlConnection connection)
    {
        using var command = Command(connection, "SELECT nextval('uaagan_galleries.generation')");
        return (long)command.ExecuteScalar()!;
    }

    public static void Insert(NpgsqlConnection connection, long key, GalleryInfo gallery) => Execute(
        connection, "INSERT INTO uaagan_galleries.galleries OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $4, $5, $5, $6, $7)",
        key, gallery.Name, gallery.Dimension, gallery.Items, gallery.Generation, gallery.Created.ToUnixTimeMilliseconds(), Bytes(gallery.Description));

    /// <summary>The bytes that stand for a text.</summary>
    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static int Execute(NpgsqlConnection connection, string text, params ReadOnlySpan<object> parameters)
    {
        using var command = Command(connection, text, parameters);
        return command.ExecuteNonQuery();
    }

    public static NpgsqlCommand Command(NpgsqlConnection connection, string text, params ReadOnlySpan<object> parameters)
    {
        var command = new NpgsqlCommand(text, connection);
        foreach (object value in parameters) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return command;
    }

    private static List<OpenGallery> FindAll(NpgsqlConnection connection, IEnumerable<string> names, bool forWriting)
    {
        // What cannot be a name is in no store, and may hold what PostgreSQL's text may not.
        string[] possible = [.. names.Where(GalleryLimits.IsName)];
        using var command = Command(
            connection, $"SELECT {Columns} FROM uaagan_galleries.galleries WHERE name = ANY ($1) ORDER BY key {(forWriting ? "FOR NO KEY UPDATE" : "")}");
        command.Parameters.Add(new NpgsqlParameter { Value = possible, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });
        return Read(command);
    }

    private static List<OpenGallery> Read(NpgsqlCommand command)
    {
        using var reader = command.ExecuteReader();
        var galleries = new List<OpenGallery>();
        while (reader.Read())
        {
            galleries.Add(new OpenGallery(
                reader.GetInt64(0),
                new GalleryInfo(
                    reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3), reader.GetInt64(4),
                    DateTimeOffset.FromUnixTimeMilliseconds(reader.GetInt64(5)), Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(6))),
                reader.GetInt64(7)));
        }

        return galleries;
    }
}
