using System.Buffers.Binary;
using System.Text;

namespace UaaGan.Tests.Shared;

/// <summary>What one event told: a version, a restart, or scalars.</summary>
internal sealed record ReadEvent(double WallTime, long Step, string? Version, bool IsRestart, IReadOnlyDictionary<string, float> Scalars);

/// <summary>Reads TensorBoard's files of events by their public description, record by record, with every checksum verified bit by bit.</summary>
internal static class EventFileReader
{
    public static List<ReadEvent> Read(string path)
    {
        var file = File.ReadAllBytes(path);
        var events = new List<ReadEvent>();
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            Check(file.AsSpan(at, 8), file.AsSpan(at + 8, 4));
            var data = file.AsSpan(at + 12, length);
            Check(data, file.AsSpan(at + 12 + length, 4));
            events.Add(Event(data));
            at += 12 + length + 4;
        }

        return events;
    }

    /// <summary>All files of a folder, as TensorBoard takes them together: in the order of their names, a restart ending what was told from its step on.</summary>
    public static SortedDictionary<long, Dictionary<string, float>> Run(string folder)
    {
        var run = new SortedDictionary<long, Dictionary<string, float>>();
        foreach (var told in Directory.GetFiles(folder, "events.out.tfevents.*").Order(StringComparer.Ordinal).SelectMany(Read))
        {
            if (told.IsRestart)
            {
                foreach (var step in run.Keys.Where(step => step >= told.Step).ToArray()) run.Remove(step);
            }

            foreach (var (tag, value) in told.Scalars)
            {
                if (!run.TryGetValue(told.Step, out var scalars)) run[told.Step] = scalars = [];
                scalars[tag] = value;
            }
        }

        return run;
    }

    private static void Check(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> stored)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
        }

        crc = ~crc;
        if (unchecked(((crc >> 15) | (crc << 17)) + 0xa282ead8) != BinaryPrimitives.ReadUInt32LittleEndian(stored)) throw new InvalidDataException("a checksum of the record is wrong");
    }

    private static ReadEvent Event(ReadOnlySpan<byte> data)
    {
        var (time, step, version, restart) = (0.0, 0L, (string?)null, false);
        var scalars = new Dictionary<string, float>();
        foreach (var (field, number, bytes) in Fields(data))
        {
            switch (field)
            {
                case 1: time = BitConverter.UInt64BitsToDouble(number); break;
                case 2: step = (long)number; break;
                case 3: version = Encoding.UTF8.GetString(bytes); break;
                case 5:
                    foreach (var (_, _, entry) in Fields(bytes))
                    {
                        var parts = Fields(entry).ToDictionary(part => part.Field);
                        scalars.Add(Encoding.UTF8.GetString(parts[1].Bytes), BitConverter.UInt32BitsToSingle((uint)parts[2].Number));
                    }

                    break;
                case 7: restart = Fields(bytes).Single() is (1, 1, _); break;
                default: throw new InvalidDataException($"an event has field {field}");
            }
        }

        return new ReadEvent(time, step, version, restart, scalars);
    }

    private static List<(int Field, ulong Number, byte[] Bytes)> Fields(ReadOnlySpan<byte> data)
    {
        var fields = new List<(int, ulong, byte[])>();
        while (!data.IsEmpty)
        {
            var tag = Varint(ref data);
            var (number, size) = (tag & 7) switch
            {
                0 => (Varint(ref data), 0),
                1 => (BinaryPrimitives.ReadUInt64LittleEndian(data), 8),
                2 => (0ul, (int)Varint(ref data)),
                5 => (BinaryPrimitives.ReadUInt32LittleEndian(data), 4),
                var type => throw new InvalidDataException($"a field has wire type {type}"),
            };
            fields.Add(((int)(tag >> 3), number, data[..size].ToArray()));
            data = data[size..];
        }

        return fields;
    }

    private static ulong Varint(ref ReadOnlySpan<byte> data)
    {
        var value = 0ul;
        for (var shift = 0; ; shift += 7)
        {
            var part = data[0];
            data = data[1..];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }
}
