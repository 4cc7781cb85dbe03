using System.Diagnostics;
using System.Globalization;
using Npgsql;

[assembly: AssemblyFixture(typeof(UaaGan.Tests.Shared.PostgresServer))]

namespace UaaGan.Tests.Shared;

/// <summary>
/// A PostgreSQL server of the tests' own: Debian's binaries, a new cluster in a temporary folder, a Unix socket and no port. It starts when the
/// first test asks for it, and ends with the tests however they end: its guardian waits for the end of a pipe that this process holds.
/// </summary>
public sealed class PostgresServer : IDisposable
{
    private const string Password = "the-tests-secret";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    // $1: folder; $2: binaries; the rest: settings. Reads commands, a line each, until the pipe ends.
    private const string Guardian = """
        folder=$1 bin=$2; shift 2
        as_postgres() { if [ "$(id -u)" -eq 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
        start() { as_postgres "$bin/pg_ctl" -D "$folder/data" -w -s -l "$folder/log" -o "-k $folder -c listen_addresses='' $settings" start; }
        settings="$*"
        trap '' HUP INT TERM
        mkdir -p "$folder" && chmod 755 "$folder"
        printf '%s' "$PGPASSWORD" > "$folder/password"
        [ "$(id -u)" -ne 0 ] || chown -R postgres "$folder"
        as_postgres "$bin/initdb" -D "$folder/data" -U tests -A scram-sha-256 --pwfile="$folder/password" -E UTF8 --locale=C.UTF-8 -N >"$folder/initdb" 2>&1 &&
          start && echo started || { cat "$folder/initdb" "$folder/log" 2>/dev/null; echo failed; }
        while read -r command; do
          case $command in
            crash) as_postgres "$bin/pg_ctl" -D "$folder/data" -s -m immediate stop; echo crashed ;;
            start) start && echo started || { cat "$folder/log"; echo failed; } ;;
          esac
        done
        as_postgres "$bin/pg_ctl" -D "$folder/data" -s -m immediate stop
        rm -rf "$folder"
        """;

    private readonly Lock _gate = new();
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"uaagan-pg-{Guid.NewGuid():N}"[..22]);
    private readonly string _settings;
    private Process? _guardian;
    private int _databases;

    public PostgresServer()
        : this("")
    {
    }

    /// <param name="settings">More of the server's options, such as -c fsync=off.</param>
    internal PostgresServer(string settings) => _settings = settings;

    /// <summary>Makes an empty database; its connection string. Skips the test where PostgreSQL is not installed.</summary>
    public string NewDatabase()
    {
        Start();
        string name = string.Create(CultureInfo.InvariantCulture, $"test{Interlocked.Increment(ref _databases)}");
        Execute(ConnectionString("postgres"), $"CREATE DATABASE {name}");
        return ConnectionString(name);
    }

    /// <summary>Runs a statement.</summary>
    public static void Execute(string connectionString, string sql)
    {
        using var connection = Open(connectionString);
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }

    /// <summary>The first value that a query gives.</summary>
    public static object? Scalar(string connectionString, string sql)
    {
        using var connection = Open(connectionString);
        using var command = new NpgsqlCommand(sql, connection);
        return command.ExecuteScalar();
    }

    /// <summary>Ends the server as a crash would: no process of it writes one byte more.</summary>
    public void Crash() => Command("crash", "crashed");

    /// <summary>Starts it again.</summary>
    public void Restart() => Command("start", "started");

    public void Dispose()
    {
        if (_guardian is null) return;
        _guardian.StandardInput.Close();
        if (!_guardian.WaitForExit(Limit)) _guardian.Kill(entireProcessTree: true);
        _guardian.Dispose();
        _guardian = null;
    }

    // Not pooled: a connection left open would keep the server from forgetting a test.
    private static NpgsqlConnection Open(string connectionString)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        connection.Open();
        return connection;
    }

    private string ConnectionString(string database) => $"Host={_folder};Username=tests;Password={Password};Database={database};Maximum Pool Size=8";

    private void Start()
    {
        lock (_gate)
        {
            if (_guardian is not null) return;
            string? binaries = Binaries();
            Assert.SkipWhen(binaries is null, "PostgreSQL is not installed: there is no initdb under /usr/lib/postgresql (apt-get install postgresql-15)");
            // A session of its own, so that a signal to the tests' group does not end the guardian before the server.
            var start = new ProcessStartInfo("setsid", ["bash", "-c", Guardian, "guardian", _folder, binaries!, _settings])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
            };
            start.Environment["PGPASSWORD"] = Password;
            _guardian = Process.Start(start)!;
            Expect("started");
        }
    }

    private static string? Binaries() => !Directory.Exists("/usr/lib/postgresql") ? null : Directory.GetDirectories("/usr/lib/postgresql")
        .Select(version => Path.Combine(version, "bin")).Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault();

    private void Command(string command, string expected)
    {
        lock (_gate)
        {
            _guardian!.StandardInput.WriteLine(command);
            _guardian.StandardInput.Flush();
            Expect(expected);
        }
    }

    private void Expect(string word)
    {
        var said = new List<string>();
        while (true)
        {
            var line = _guardian!.StandardOutput.ReadLineAsync();
            if (!line.Wait(Limit) || line.Result is null or "failed") Assert.Fail($"PostgreSQL: {word} was expected. It said: {string.Join('\n', said)}");
            if (line.Result == word) return;
            said.Add(line.Result!);
        }
    }
}
