using System.Buffers.Binary;
using System.Globalization;

namespace UaaGan.TensorBoard;

/// <summary>
/// A file of events that TensorBoard reads: TFRecords of Event messages. Every event is flushed, so that curves are seen as they grow. Files of
/// one folder are one run to TensorBoard, in the order of their names. Not for several threads at once.
/// </summary>
public sealed class EventFile : IDisposable
{
    private const string Prefix = "events.out.tfevents.";

    private readonly FileStream _file;
    private readonly TimeProvider _clock;

    private EventFile(FileStream file, TimeProvider clock) => (_file, _clock) = (file, clock);

    /// <summary>Where the file is.</summary>
    public string Path => _file.Name;

    /// <summary>Begins a new file in a folder, which is made when it is missing.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="firstStep">The first step that will be told. What earlier files of the folder tell from it on counts no more, as after a resumption.</param>
    /// <param name="clock">Stamps the events; null: the system's.</param>
    /// <exception cref="IOException">The folder or the file can't be made.</exception>
    public static EventFile Create(string folder, long firstStep = 0, TimeProvider? clock = null)
    {
        clock ??= TimeProvider.System;
        Directory.CreateDirectory(folder);
        // The number keeps the order of files that begin in the same second.
        var number = Directory.GetFiles(folder, Prefix + "*").Length;
        var name = string.Create(
            CultureInfo.InvariantCulture, $"{Prefix}{clock.GetUtcNow().ToUnixTimeSeconds():0000000000}.{Environment.MachineName}.{Environment.ProcessId}.{number:0000}");
        var file = new EventFile(new FileStream(System.IO.Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write, FileShare.Read), clock);
        file.Write(EventMessage.Version(file.Now));
        if (firstStep > 0) file.Write(EventMessage.Restart(file.Now, firstStep));
        return file;
    }

    /// <summary>Tells values at a step.</summary>
    /// <param name="step">The step, from 0.</param>
    /// <param name="scalars">Values by name, told in single precision; none: nothing is written.</param>
    /// <exception cref="IOException">They can't be written.</exception>
    public void Add(long step, IReadOnlyCollection<KeyValuePair<string, double>> scalars)
    {
        ArgumentNullException.ThrowIfNull(scalars);
        ArgumentOutOfRangeException.ThrowIfNegative(step);
        if (scalars.Count > 0) Write(EventMessage.Scalars(Now, step, scalars.OrderBy(scalar => scalar.Key, StringComparer.Ordinal)));
    }

    public void Dispose() => _file.Dispose();

    private double Now => _clock.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;

    /// <summary>A record: length, its checksum, the bytes, theirs.</summary>
    private void Write(byte[] data)
    {
        Span<byte> head = stackalloc byte[sizeof(ulong) + sizeof(uint)], tail = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)data.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[sizeof(ulong)..], RecordChecksum.Masked(head[..sizeof(ulong)]));
        BinaryPrimitives.WriteUInt32LittleEndian(tail, RecordChecksum.Masked(data));
        _file.Write(head);
        _file.Write(data);
        _file.Write(tail);
        _file.Flush();
    }
}
