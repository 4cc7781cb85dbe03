using System.Runtime.InteropServices;
using System.Text;

namespace UaaGan.Tests.Shared;

/// <summary>Small ONNX files, written as the protobuf messages that they are (onnx.proto).</summary>
internal static class OnnxFiles
{
    /// <summary>Opset of the files, unless a test asks for another.</summary>
    private const int Opset = 13;

    private const int Float32 = 1, Int64 = 7;

    /// <summary>The mean of each channel: images [sizes] in, feature [N,C] out; a size of -1 is any.</summary>
    public static byte[] Means(int[] sizes, int opset = Opset) =>
        Model([Node("GlobalAveragePool", ["images"], "map"), Node("Flatten", ["map"], "feature")], [Value("images", sizes)], [Value("feature", [sizes[0], sizes[1]])], opset: opset);

    /// <summary>The same, times matrices of one number, [C, widths[0]], [widths[0], widths[1]] and so on.</summary>
    public static byte[] Wide(int[] sizes, params int[] widths)
    {
        List<byte[]> nodes = [Node("GlobalAveragePool", ["images"], "map"), Node("Flatten", ["map"], "x0")], weights = [];
        for (var i = 0; i < widths.Length; i++)
        {
            long[] shape = [i == 0 ? sizes[1] : widths[i - 1], widths[i]];
            var numbers = new float[shape[0] * shape[1]];
            Array.Fill(numbers, 1f / shape[0]);
            weights.Add(Tensor($"w{i}", shape, Bytes(9, MemoryMarshal.AsBytes<float>(numbers).ToArray())));
            nodes.Add(Node("MatMul", [$"x{i}", $"w{i}"], $"x{i + 1}"));
        }

        return Model(nodes, [Value("images", sizes)], [Value($"x{widths.Length}", [sizes[0], widths[^1]])], weights);
    }

    /// <summary>One node from images [sizes] to an output of any shape.</summary>
    public static byte[] Single(string operation, int[] sizes) => Model([Node(operation, ["images"], "out")], [Value("images", sizes)], [Value("out", [])]);

    /// <summary>The images' sizes, which are integers.</summary>
    public static byte[] Sizes(int[] sizes) => Model([Node("Shape", ["images"], "out")], [Value("images", sizes)], [Value("out", [4], Int64)]);

    /// <summary>The means and the images themselves.</summary>
    public static byte[] TwoOutputs(int[] sizes) => Model(
        [Node("GlobalAveragePool", ["images"], "map"), Node("Flatten", ["map"], "feature"), Node("Identity", ["images"], "same")],
        [Value("images", sizes)], [Value("same", sizes), Value("feature", [sizes[0], sizes[1]])]);

    public static byte[] TwoInputs(int[] sizes) => Model([Node("Add", ["images", "more"], "out")], [Value("images", sizes), Value("more", sizes)], [Value("out", sizes)]);

    /// <summary>A file whose weights lie in another one, as an initializer or within a node.</summary>
    public static byte[] External(string path, bool inNode)
    {
        var tensor = Tensor("w", [3, 2], [.. Bytes(13, [.. Bytes(1, "location"u8.ToArray()), .. Bytes(2, Encoding.UTF8.GetBytes(path))]), .. Number(14, 1)]);
        var constant = (byte[])[.. Bytes(2, "w"u8.ToArray()), .. Bytes(4, "Constant"u8.ToArray()), .. Bytes(5, [.. Bytes(1, "value"u8.ToArray()), .. Bytes(5, tensor), .. Number(20, 4)])];
        byte[][] nodes = [Node("GlobalAveragePool", ["images"], "map"), Node("Flatten", ["map"], "means"), Node("MatMul", ["means", "w"], "feature")];
        return Model(inNode ? [constant, .. nodes] : nodes, [Value("images", [-1, 3, 8, 8])], [Value("feature", [-1, 2])], inNode ? [] : [tensor]);
    }

    private static byte[] Model(IEnumerable<byte[]> nodes, IEnumerable<byte[]> inputs, IEnumerable<byte[]> outputs, IEnumerable<byte[]>? weights = null, int opset = Opset)
    {
        byte[] graph =
        [
            .. Join(nodes.Select(node => Bytes(1, node))), .. Bytes(2, "graph"u8.ToArray()), .. Join((weights ?? []).Select(tensor => Bytes(5, tensor))),
            .. Join(inputs.Select(value => Bytes(11, value))), .. Join(outputs.Select(value => Bytes(12, value))),
        ];
        return [.. Number(1, 8), .. Bytes(7, graph), .. Bytes(8, Number(2, opset))];
    }

    private static byte[] Node(string operation, string[] inputs, string output) =>
        [.. Join(inputs.Select(input => Bytes(1, Encoding.UTF8.GetBytes(input)))), .. Bytes(2, Encoding.UTF8.GetBytes(output)), .. Bytes(4, Encoding.UTF8.GetBytes(operation))];

    private static byte[] Value(string name, int[] sizes, int type = Float32)
    {
        byte[] shape = Join(sizes.Select(size => Bytes(1, size < 0 ? Bytes(2, "N"u8.ToArray()) : Number(1, size))));
        byte[] tensor = [.. Number(1, type), .. sizes.Length == 0 ? [] : Bytes(2, shape)];
        return [.. Bytes(1, Encoding.UTF8.GetBytes(name)), .. Bytes(2, Bytes(1, tensor))];
    }

    private static byte[] Tensor(string name, long[] sizes, byte[] data) =>
        [.. Join(sizes.Select(size => Number(1, size))), .. Number(2, Float32), .. Bytes(8, Encoding.UTF8.GetBytes(name)), .. data];

    private static byte[] Number(int field, long value) => [.. Varint((ulong)field << 3), .. Varint((ulong)value)];

    private static byte[] Bytes(int field, byte[] content) => [.. Varint(((ulong)field << 3) | 2), .. Varint((ulong)content.Length), .. content];

    private static byte[] Join(IEnumerable<byte[]> parts)
    {
        using var joined = new MemoryStream();
        foreach (var part in parts) joined.Write(part);
        return joined.ToArray();
    }

    private static List<byte> Varint(ulong value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
