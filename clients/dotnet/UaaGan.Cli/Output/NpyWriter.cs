using System.Buffers.Binary;
using System.Text;

namespace UaaGan.Cli.Output;

/// <summary>Writes a matrix as NumPy's .npy, format 1.0 (numpy.lib.format): float32, little-endian, C order.</summary>
internal static class NpyWriter
{
    private const int HeaderAlignment = 64;

    /// <summary>Writes rows of one length; the file appears whole or not at all.</summary>
    public static void Write(string path, IReadOnlyList<float[]> rows, int columns)
    {
        var temporary = path + ".tmp";
        using (var file = File.Create(temporary))
        {
            file.Write(Header(rows.Count, columns));
            var bytes = new byte[columns * sizeof(float)];
            foreach (var row in rows)
            {
                if (row.Length != columns) throw new ArgumentException($"A row has {row.Length} components; the matrix has {columns} columns.", nameof(rows));
                for (var d = 0; d < columns; d++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(d * sizeof(float)), row[d]);
                file.Write(bytes);
            }
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static byte[] Header(int rows, int columns)
    {
        var dictionary = FormattableString.Invariant($"{{'descr': '<f4', 'fortran_order': False, 'shape': ({rows}, {columns}), }}");
        const int Preamble = 10;
        var length = (Preamble + dictionary.Length + 1 + HeaderAlignment - 1) / HeaderAlignment * HeaderAlignment;
        var header = new byte[length];
        header[0] = 0x93;
        "NUMPY"u8.CopyTo(header.AsSpan(1));
        header[6] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - Preamble));
        header.AsSpan(Preamble).Fill((byte)' ');
        Encoding.ASCII.GetBytes(dictionary, header.AsSpan(Preamble));
        header[^1] = (byte)'\n';
        return header;
    }
}
