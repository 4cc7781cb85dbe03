using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace UaaGan.TensorBoard;

/// <summary>
/// TensorBoard's Event in protobuf's wire format, field by field: double wall_time = 1, int64 step = 2, string file_version = 3,
/// Summary summary = 5 { repeated Value value = 1 { string tag = 1; float simple_value = 2 } }, SessionLog session_log = 7 { status = 1 }.
/// </summary>
internal sealed class EventMessage
{
    private const int Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5;
    private const int SessionStart = 1;

    private readonly ArrayBufferWriter<byte> _bytes = new();

    private EventMessage()
    {
    }

    /// <summary>The first event of a file, which says what it is.</summary>
    public static byte[] Version(double wallTime) => Make(wallTime, 0, message => message.Text(3, "brain.Event:2"));

    /// <summary>Says that what earlier files tell from this step on is told anew.</summary>
    public static byte[] Restart(double wallTime, long step) => Make(wallTime, step, message => message.Nested(7, log => log.Number(1, SessionStart)));

    /// <summary>Values at a step.</summary>
    public static byte[] Scalars(double wallTime, long step, IEnumerable<KeyValuePair<string, double>> scalars) => Make(wallTime, step, message => message.Nested(5, summary =>
    {
        foreach (var (tag, value) in scalars)
        {
            summary.Nested(1, entry =>
            {
                entry.Text(1, tag);
                entry.Single(2, (float)value);
            });
        }
    }));

    private static byte[] Make(double wallTime, long step, Action<EventMessage> content)
    {
        var message = new EventMessage();
        message.Double(1, wallTime);
        message.Number(2, (ulong)step);
        content(message);
        return message._bytes.WrittenSpan.ToArray();
    }

    private void Nested(int field, Action<EventMessage> content)
    {
        var inner = new EventMessage();
        content(inner);
        Delimited(field, inner._bytes.WrittenSpan.ToArray());
    }

    private void Text(int field, string text) => Delimited(field, Encoding.UTF8.GetBytes(text));

    private void Delimited(int field, byte[] bytes)
    {
        Tag(field, Bytes);
        Raw((ulong)bytes.Length);
        _bytes.Write(bytes);
    }

    private void Number(int field, ulong value)
    {
        Tag(field, Varint);
        Raw(value);
    }

    private void Double(int field, double value)
    {
        Tag(field, Fixed64);
        Span<byte> bytes = stackalloc byte[sizeof(double)];
        BinaryPrimitives.WriteDoubleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    private void Single(int field, float value)
    {
        Tag(field, Fixed32);
        Span<byte> bytes = stackalloc byte[sizeof(float)];
        BinaryPrimitives.WriteSingleLittleEndian(bytes, value);
        _bytes.Write(bytes);
    }

    private void Tag(int field, int type) => Raw((ulong)((field << 3) | type));

    private void Raw(ulong value)
    {
        for (; value >= 0x80; value >>= 7) _bytes.Write([(byte)(value | 0x80)]);
        _bytes.Write([(byte)value]);
    }
}
