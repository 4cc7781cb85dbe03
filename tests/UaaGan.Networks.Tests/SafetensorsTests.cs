using System.Buffers.Binary;
using System.Text;
using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

public sealed class SafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Every_number_format_comes_back()
    {
        using var scope = torch.NewDisposeScope();
        var tensors = new Dictionary<string, torch.Tensor>
        {
            ["f64"] = torch.tensor([1.5, -2.5]),
            ["f32"] = torch.tensor([1.5f, float.NaN, float.NegativeInfinity]),
            ["f16"] = torch.tensor([1.5f, -0.25f]).to(torch.ScalarType.Float16),
            ["bf16"] = torch.tensor([1.5f, -0.25f]).to(torch.ScalarType.BFloat16),
            ["i64"] = torch.tensor([long.MinValue, 7L]),
            ["i32"] = torch.tensor([-3, 4]).reshape(2, 1),
            ["i16"] = torch.tensor([-3, 4]).to(torch.ScalarType.Int16),
            ["i8"] = torch.tensor([-3, 4]).to(torch.ScalarType.Int8),
            ["u8"] = torch.tensor([200, 4]).to(torch.ScalarType.Byte),
            ["bool"] = torch.tensor([true, false, true]),
            ["scalar"] = torch.tensor(5f),
            ["empty"] = torch.zeros(0, 3),
            ["strided"] = torch.arange(6f).reshape(2, 3).t(),
        };
        SafetensorsWriter.Write(_folder.File("w.safetensors"), tensors, new Dictionary<string, string> { ["note"] = "\"ü\n" });

        using var reader = SafetensorsReader.Open(_folder.File("w.safetensors"));

        Assert.Equal(tensors.Keys.Order(StringComparer.Ordinal), reader.Entries.Keys);
        Assert.Equal("\"ü\n", reader.Metadata["note"]);
        foreach (var (name, tensor) in tensors)
        {
            var read = reader.Read(name);
            Assert.Equal(tensor.dtype, read.dtype);
            Assert.Equal(tensor.shape, read.shape);
            Assert.Equal(tensor.contiguous().bytes.ToArray(), read.bytes.ToArray());
        }

        Assert.Equal(["w.safetensors"], Directory.EnumerateFiles(_folder.Path).Select(Path.GetFileName));
    }

    [Fact]
    public void The_same_tensors_give_the_same_bytes_in_any_order()
    {
        using var scope = torch.NewDisposeScope();
        var (a, b) = (torch.arange(3f), torch.arange(4));
        using MemoryStream first = new(), second = new();
        SafetensorsWriter.Write(first, new Dictionary<string, torch.Tensor> { ["a"] = a, ["b"] = b });
        SafetensorsWriter.Write(second, new Dictionary<string, torch.Tensor> { ["b"] = b, ["a"] = a });
        Assert.Equal(first.ToArray(), second.ToArray());
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, null)]
    [InlineData("""{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}}   """, 4, null)]
    [InlineData("""{}""", 0, null)]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 7, "lies at")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9, "end at byte 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "gap or an overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "gap or an overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", 16, "gap or an overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}""", 8, "lies at")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[-8,0]}}""", 8, "no number from 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}""", 8, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,8]}}""", 8, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}""", 0, "does not fill")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}}""", 8, "no number from 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1e99],"data_offsets":[0,8]}}""", 8, "no number from 0")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[8],"data_offsets":[0,8]}}""", 8, "F8_E4M3")]
    [InlineData("""{"a":{"dtype":32,"shape":[2],"data_offsets":[0,8]}}""", 8, "String")]
    [InlineData("""{"a":{"shape":[2],"data_offsets":[0,8]}}""", 8, "needs dtype")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[8]}}""", 8, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8],"extra":1}}""", 8, "none of dtype")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 8, "field twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "listed twice")]
    [InlineData("""{"__metadata__":{"x":1}}""", 0, "__metadata__")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"}}""", 0, "twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "two __metadata__")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}""", 8, "JSON")]
    [InlineData("""[1]""", 0, "the header")]
    [InlineData("""{} {}""", 0, "JSON")]
    [InlineData("", 0, "JSON")]
    public void A_header_that_lies_is_damage(string header, int dataBytes, string? said)
    {
        var path = Write((ulong)Encoding.UTF8.GetByteCount(header), header, dataBytes);
        if (said is null)
        {
            SafetensorsReader.Open(path).Dispose();
            return;
        }

        var failure = Assert.Throws<FailureException>(() => SafetensorsReader.Open(path));
        Assert.Equal((FailureKind.DataLoss, "WEIGHTS_FILE_DAMAGED"), (failure.Kind, failure.Reason));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3UL)]
    [InlineData(100UL)]
    [InlineData(99_999_999UL)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1UL << 63)]
    public void A_length_beyond_the_file_is_damage_and_costs_no_memory(ulong length)
    {
        var path = Write(length, "{}", 0);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal("WEIGHTS_FILE_DAMAGED", Assert.Throws<FailureException>(() => SafetensorsReader.Open(path)).Reason);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void A_file_cut_anywhere_is_damage()
    {
        using var scope = torch.NewDisposeScope();
        var path = _folder.File("w.safetensors");
        SafetensorsWriter.Write(path, new Dictionary<string, torch.Tensor> { ["a"] = torch.arange(5f) });
        var whole = File.ReadAllBytes(path);
        for (var length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(path, whole[..length]);
            Assert.Equal("WEIGHTS_FILE_DAMAGED", Assert.Throws<FailureException>(() => SafetensorsReader.Open(path)).Reason);
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_not_found()
    {
        var failure = Assert.Throws<FailureException>(() => SafetensorsReader.Open(_folder.File("none.safetensors")));
        Assert.Equal((FailureKind.NotFound, "WEIGHTS_FILE_NOT_FOUND"), (failure.Kind, failure.Reason));
        Assert.DoesNotContain(_folder.Path, failure.Message, StringComparison.Ordinal);
    }

    private string Write(ulong length, string header, int dataBytes)
    {
        var prefix = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(prefix, length);
        var path = _folder.File("w.safetensors");
        File.WriteAllBytes(path, [.. prefix, .. Encoding.UTF8.GetBytes(header), .. new byte[dataBytes]]);
        return path;
    }
}
