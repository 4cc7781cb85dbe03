using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json.Nodes;

namespace UaaGan.Cli.Tests;

/// <summary>Weights as safetensors, without torch.</summary>
internal static class SafetensorsFile
{
    public static string Write(string path, IReadOnlyList<(string Name, int[] Shape, float[] Values)> tensors)
    {
        var header = new JsonObject();
        var offset = 0;
        foreach (var (name, shape, values) in tensors)
        {
            var end = offset + (values.Length * sizeof(float));
            header[name] = new JsonObject { ["dtype"] = "F32", ["shape"] = new JsonArray([.. shape.Select(side => (JsonNode)side)]), ["data_offsets"] = new JsonArray(offset, end) };
            offset = end;
        }

        var text = Encoding.UTF8.GetBytes(header.ToJsonString());
        using var file = File.Create(path);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        file.Write(length);
        file.Write(text);
        foreach (var (_, _, values) in tensors) file.Write(MemoryMarshal.AsBytes(values.AsSpan()));
        return path;
    }
}
