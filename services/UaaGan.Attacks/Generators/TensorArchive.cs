using System.Buffers.Binary;
using System.Text.Json;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>float32 tensors by key in the bytes of a safetensors file: a generator's weights, or a checkpoint.</summary>
internal static class TensorArchive
{
    /// <summary>The same tensors and notes give the same bytes.</summary>
    public static byte[] Write(IReadOnlyDictionary<string, Tensor> tensors, IReadOnlyDictionary<string, string> notes)
    {
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, tensors, notes);
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Write"/> wrote; the caller disposes the tensors.</summary>
    /// <exception cref="FormatException">The bytes are something else, or not all of it.</exception>
    public static (Dictionary<string, Tensor> Tensors, Dictionary<string, string> Notes) Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 8 || BinaryPrimitives.ReadUInt64LittleEndian(bytes) is var length && length > (ulong)(bytes.Length - 8))
            throw new FormatException("the file is shorter than its header");
        var data = bytes[(8 + (int)length)..];
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var notes = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var header = JsonDocument.Parse(bytes.Slice(8, (int)length).ToArray());
            foreach (var entry in header.RootElement.EnumerateObject())
            {
                if (entry.Name == "__metadata__")
                {
                    foreach (var note in entry.Value.EnumerateObject())
                        notes[note.Name] = note.Value.GetString() ?? "";
                    continue;
                }

                tensors[entry.Name] = Tensor(entry, data);
            }

            return (tensors, notes);
        }
        catch (Exception exception)
        {
            foreach (var tensor in tensors.Values)
                tensor.Dispose();
            if (exception is JsonException or KeyNotFoundException or InvalidOperationException or OverflowException)
                throw new FormatException("the header cannot be read", exception);
            throw;
        }
    }

    private static Tensor Tensor(JsonProperty entry, ReadOnlySpan<byte> data)
    {
        if (entry.Value.GetProperty("dtype").GetString() != "F32")
            throw new FormatException($"tensor {entry.Name} is not float32");
        var shape = entry.Value.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64()).ToArray();
        var offsets = entry.Value.GetProperty("data_offsets");
        long begin = offsets[0].GetInt64(), end = offsets[1].GetInt64();
        if (begin < 0 || end < begin || end > data.Length || end - begin != checked(shape.Aggregate(4L, (product, side) => product * side)))
            throw new FormatException($"tensor {entry.Name} lies outside the file or has another size than its shape");
        var tensor = empty(shape, ScalarType.Float32);
        if (end > begin)
            tensor.bytes = data[(int)begin..(int)end].ToArray();
        return tensor;
    }
}
