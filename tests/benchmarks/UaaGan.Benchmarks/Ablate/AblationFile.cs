using System.Text;
using System.Text.Json;
using UaaGan.Failures;

namespace UaaGan.Benchmarks;

/// <summary>
/// Rows as JSON lines, each on disk before the next run begins. It belongs to one process at a time. A last line that a crash cut off is removed; its run is made again.
/// </summary>
internal sealed class AblationFile : IDisposable
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly FileStream? _stream;
    private readonly List<AblationRow> _rows;

    private AblationFile(FileStream? stream, List<AblationRow> rows) => (_stream, _rows) = (stream, rows);

    /// <summary>What was there, then what was added.</summary>
    public IReadOnlyList<AblationRow> Rows => _rows;

    /// <summary>Opens a file, made when it is missing.</summary>
    /// <param name="path">Where it is; null: rows are kept in memory only.</param>
    /// <param name="report">Told when a line was cut off.</param>
    /// <exception cref="FailureException">ABLATION_FILE_DAMAGED: a line is no row; ABLATION_FILE_UNUSABLE: it can't be opened, or another process has it.</exception>
    public static AblationFile Open(string? path, Action<string> report)
    {
        if (path is null) return new AblationFile(null, []);
        FileStream stream = OpenStream(path);
        try
        {
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            int whole = bytes.AsSpan().LastIndexOf((byte)'\n') + 1;
            if (whole < bytes.Length)
            {
                report($"{path}: the last line is cut off and is removed");
                stream.SetLength(whole);
            }

            stream.Seek(0, SeekOrigin.End);
            string[] lines = Encoding.UTF8.GetString(bytes, 0, whole).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return new AblationFile(stream, [.. lines.Select((line, i) => Row(path, line, i + 1))]);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Append(AblationRow row)
    {
        _rows.Add(row);
        if (_stream is null) return;
        _stream.Write(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(row, Json) + '\n'));
        _stream.Flush(flushToDisk: true);
    }

    public void Dispose() => _stream?.Dispose();

    private static FileStream OpenStream(string path)
    {
        try
        {
            if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder) Directory.CreateDirectory(folder);
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new FailureException(FailureKind.FailedPrecondition, "ABLATION_FILE_UNUSABLE", $"{path} can't be used for results: {exception.Message}", exception) { Field = "out" };
        }
    }

    private static AblationRow Row(string path, string line, int number)
    {
        try
        {
            return JsonSerializer.Deserialize<AblationRow>(line, Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException exception)
        {
            throw new FailureException(
                FailureKind.DataLoss, "ABLATION_FILE_DAMAGED", $"Line {number} of {path} is no result of this benchmark: {exception.Message} Remove the line, or give another file.", exception)
            {
                Field = "out",
            };
        }
    }
}
