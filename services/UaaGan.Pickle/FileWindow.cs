using System.Text;
using UaaGan.Failures;

namespace UaaGan.Pickle;

/// <summary>
/// A part of a file that is read in order and never beyond its end: a length that the file claims is compared with what is left before
/// anything is allocated. Numbers are little-endian.
/// </summary>
internal sealed class FileWindow
{
    private const int LongestLine = 4096, StackBytes = 512;
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly Stream _file;
    private readonly ReadBudget _budget;
    private readonly long _start;

    public FileWindow(Stream file, long start, long length, ReadBudget budget)
    {
        _file = file;
        _budget = budget;
        _start = start;
        Length = length;
        Left = length;
        file.Position = start;
    }

    public long Length { get; }

    /// <summary>Bytes not yet read.</summary>
    public long Left { get; private set; }

    /// <summary>Where the next byte lies in the file.</summary>
    public long Position => _start + Length - Left;

    public byte Byte()
    {
        Take(1);
        var value = _file.ReadByte();
        return value >= 0 ? (byte)value : throw Cut();
    }

    /// <param name="bytes">1 to 8.</param>
    public ulong Number(int bytes)
    {
        var number = 0UL;
        for (var i = 0; i < bytes; i++) number |= (ulong)Byte() << (8 * i);
        return number;
    }

    /// <summary>Passes bytes whose values do not matter.</summary>
    public void Skip(ulong bytes)
    {
        Take(bytes);
        _file.Seek((long)bytes, SeekOrigin.Current);
    }

    public string Utf8(ulong bytes)
    {
        try
        {
            return Text(bytes, StrictUtf8);
        }
        catch (DecoderFallbackException exception)
        {
            throw _budget.Faults.Damaged("a text in it is no UTF-8", exception);
        }
    }

    /// <summary>A text of Python 2, whose bytes may be anything.</summary>
    public string Latin1(ulong bytes) => Text(bytes, Encoding.Latin1);

    /// <summary>The text before the next line feed.</summary>
    public string Line()
    {
        Span<byte> line = stackalloc byte[LongestLine];
        for (var length = 0; length < LongestLine; length++)
        {
            var value = Byte();
            if (value == '\n')
            {
                _budget.Charge(StringBytes(length));
                return Encoding.Latin1.GetString(line[..length]);
            }

            line[length] = value;
        }

        throw _budget.Faults.Damaged($"a line in it is longer than {LongestLine} bytes");
    }

    private string Text(ulong bytes, Encoding encoding)
    {
        Take(bytes);
        _budget.Charge(StringBytes((long)bytes));
        if (bytes > int.MaxValue / 2) throw _budget.Faults.NotSupported("a text longer than 1 GiB");
        if (bytes > StackBytes) _budget.Charge((long)bytes);
        var buffer = bytes <= StackBytes ? stackalloc byte[(int)bytes] : new byte[bytes];
        if (_file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false) < buffer.Length) throw Cut();
        return encoding.GetString(buffer);
    }

    private static long StringBytes(long characters) => 32 + 2 * characters;

    private void Take(ulong bytes)
    {
        if (bytes > (ulong)Left) throw Cut();
        Left -= (long)bytes;
    }

    private FailureException Cut() => _budget.Faults.Damaged("it ends within a field");
}
