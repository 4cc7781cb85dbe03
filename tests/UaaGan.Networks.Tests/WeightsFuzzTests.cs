using System.Buffers.Binary;
using System.Text;
using TorchSharp;

namespace UaaGan.Networks.Tests;

/// <summary>Small weights files with seeded damage: each is read, or refused with a failure, in bounded memory.</summary>
public class WeightsFuzzTests
{
    private static readonly long[] Lengths = [0, 1, 0x7f, 0xff, 0x7fff, 0xffff, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 40, long.MaxValue, -1];

    private static int FilesOfEachKind => Environment.GetEnvironmentVariable("UAAGAN_FULL") == "1" ? 3334 : 500;

    [Theory]
    [InlineData("zip", 1)]
    [InlineData("legacy", 2)]
    [InlineData("safetensors", 3)]
    public void Damaged_files_are_read_or_refused(string kind, int seed)
    {
        var (original, other) = (Small(kind), Small(kind == "zip" ? "legacy" : "zip"));
        Assert.Null(BoundedReading.Of(original));

        var random = new Random(seed);
        var (read, reasons) = (0, new HashSet<string>());
        for (var i = 0; i < FilesOfEachKind; i++)
        {
            var damaged = original;
            for (var times = random.Next(1, 4); times > 0; times--) damaged = Damage(damaged, other, random);
            var failure = BoundedReading.Of(damaged);
            if (failure is null) read++;
            else reasons.Add(failure.Reason);
        }

        // Damage within the numbers of a tensor is not seen here, everything else is.
        Assert.InRange(read, 1, FilesOfEachKind / 2);
        Assert.Contains("WEIGHTS_FILE_DAMAGED", reasons);
    }

    /// <summary>Each of some fifty bytes of a header asks for a tensor, which costs a reader ten times as much.</summary>
    [Theory]
    [InlineData(1_000, "")]
    [InlineData(2_000, "")]
    [InlineData(3_000, "")]
    [InlineData(10_000, "")]
    [InlineData(200_000, "")]
    [InlineData(2_000, "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,")]
    [InlineData(100_000, "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,")]
    public void A_header_of_many_tiny_tensors_is_read_or_refused_in_bounded_memory(int tensors, string sizes)
    {
        var entries = Enumerable.Range(0, tensors).Select(i => $"\"{i}\":{{\"dtype\":\"U8\",\"shape\":[{sizes}0],\"data_offsets\":[0,0]}}");
        var failure = BoundedReading.Of(Safetensors($"{{{string.Join(',', entries)}}}"));
        Assert.Equal(tensors > 3_000, failure is not null);
        if (failure is not null) Assert.Contains("more objects", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(100_000, "")]
    [InlineData(100_000, "\\u0041")]
    public void Notes_of_many_tiny_texts_are_read_or_refused_in_bounded_memory(int notes, string text)
    {
        var entries = Enumerable.Range(0, notes).Select(i => $"\"{text}{i}\":\"{text}\"");
        var failure = BoundedReading.Of(Safetensors($"{{\"__metadata__\":{{{string.Join(',', entries)}}}}}"));
        Assert.Contains("more objects", failure?.Message ?? "read", StringComparison.Ordinal);
    }

    private static byte[] Safetensors(string header)
    {
        var json = Encoding.UTF8.GetBytes(header);
        return [.. PickleWriter.Little(json.Length, 8), .. json];
    }

    private static byte[] Damage(byte[] file, byte[] other, Random random)
    {
        var at = random.Next(file.Length);
        switch (random.Next(6))
        {
            case 0:
                return file[..at];
            case 1:
                var inserted = new byte[random.Next(1, 17)];
                random.NextBytes(inserted);
                return [.. file[..at], .. inserted, .. file[at..]];
            case 2:
                return [.. file[..at], .. other[random.Next(other.Length)..]];
            case 3:
                return [.. file[..at], .. file[Math.Min(file.Length, at + random.Next(1, 17))..]];
            case 4:
                Span<byte> length = stackalloc byte[8];
                BinaryPrimitives.WriteInt64LittleEndian(length, Lengths[random.Next(Lengths.Length)]);
                var changed = file.ToArray();
                length[..Math.Min(1 << random.Next(4), file.Length - at)].CopyTo(changed.AsSpan(at));
                return changed;
            default:
                var flipped = file.ToArray();
                flipped[at] ^= (byte)(1 << random.Next(8));
                return flipped;
        }
    }

    private static byte[] Small(string kind)
    {
        var data = TorchFiles.Floats(0, 1, 2, 3, 4, 5);
        var pickle = new PickleWriter().Dictionary(root => root.Text("epoch").Number(1).Text("state_dict").Dictionary(state => state
            .Text("weight").Tensor("0", 2, 3).Put(0)
            .Text("transposed").Tensor(inner => inner.Storage("torch.FloatStorage", "0", 6), 0, [3, 2], [1, 3])
            .Text("again").Get(0)
            .Text("bias").Tensor("1", 2))).Stop();
        if (kind == "zip") return TorchFiles.Zip(pickle, new Dictionary<string, byte[]> { ["0"] = data, ["1"] = data[..8] });
        if (kind == "legacy") return TorchFiles.Legacy(pickle, new Dictionary<string, (long, byte[])> { ["0"] = (6, data), ["1"] = (2, data[..8]) });
        using var scope = torch.NewDisposeScope();
        using var stream = new MemoryStream();
        SafetensorsWriter.Write(stream, new Dictionary<string, torch.Tensor> { ["weight"] = torch.arange(6f).reshape(2, 3), ["bias"] = torch.arange(2f) });
        return stream.ToArray();
    }
}
