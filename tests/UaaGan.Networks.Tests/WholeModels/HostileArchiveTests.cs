using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

[Collection(PyTorchModelTests.Name)]
public sealed class HostileArchiveTests(PyTorchModels pytorch) : IDisposable
{
    private const string Escape = "/tmp/uaagan-whole-models-escape";

    private readonly WholeModelRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Theory]
    [InlineData("saves", "torch.save")]
    [InlineData("reads", "torch.from_file")]
    [InlineData("prints", "print")]
    [InlineData("seeds", "torch.manual_seed")]
    public void An_archive_that_reaches_out_is_refused_before_it_runs(string archive, string named)
    {
        var failure = _repository.Refuse(pytorch.Model(archive, 48));
        Assert.Equal((FailureKind.InvalidArgument, "MODEL_OPERATOR_REFUSED", named), (failure.Kind, failure.Reason, failure.Metadata["operator"]));
        Assert.False(File.Exists(Escape));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(21)]
    [InlineData(1000)]
    [InlineData(-1)]
    [InlineData(-22)]
    [InlineData(-5000)]
    public void A_cut_archive_is_damaged(int length)
    {
        var whole = Bytes("convolutions");
        RefuseDamaged(whole[..(length >= 0 ? length : whole.Length + length)]);
    }

    [Theory]
    [InlineData("convolutions/../../evil")]
    [InlineData("/etc/evil")]
    [InlineData("convolutions/code\\..\\evil")]
    [InlineData("elsewhere/data.pkl")]
    [InlineData("convolutions/DATA.PKL")]
    public void An_entry_of_a_wrong_name_is_damage(string name) => RefuseDamaged(Rewritten((archive, _) => Store(archive, name, [1])));

    [Theory]
    [InlineData("data.pkl")]
    [InlineData("constants.pkl")]
    public void An_archive_that_lacks_a_part_is_damaged(string name) => RefuseDamaged(Rewritten(keep: entry => !entry.EndsWith(name, StringComparison.Ordinal)));

    [Fact]
    public void A_compressed_tensor_is_damage() => RefuseDamaged(Rewritten((archive, root) =>
    {
        using var stream = archive.CreateEntry($"{root}data/99", CompressionLevel.SmallestSize).Open();
        stream.Write(new byte[1 << 20]);
    }));

    [Fact]
    public void Code_that_unpacks_to_very_much_is_refused_unpacked() => RefuseDamaged(Rewritten((archive, root) =>
    {
        using var stream = archive.CreateEntry($"{root}code/bomb.py", CompressionLevel.SmallestSize).Open();
        var block = new byte[1 << 20];
        for (var i = 0; i < 65; i++) stream.Write(block);
    }));

    [Fact]
    public void A_native_class_in_a_pickle_is_refused() => Assert.Equal("torch.classes", Refuse(Rewritten((archive, root) =>
        Store(archive, $"{root}extra.pkl", Encoding.ASCII.GetBytes("\x80\x02c__torch__\ntorch.classes.dist_c10d.TCPStore\n.")))).Metadata["operator"]);

    [Fact]
    public void Two_directories_in_one_file_are_damage()
    {
        // Readers that look for the 64-bit record see the second archive, others the first.
        var first = Bytes("convolutions");
        var second = Bytes("saves");
        var end = first.AsSpan(first.Length - 22).ToArray();
        var record = new byte[56];
        BinaryPrimitives.WriteUInt32LittleEndian(record, 0x06064b50);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(4), 44);
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(24), BinaryPrimitives.ReadUInt16LittleEndian(second.AsSpan(second.Length - 12)));
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(32), BinaryPrimitives.ReadUInt16LittleEndian(second.AsSpan(second.Length - 12)));
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(40), BinaryPrimitives.ReadUInt32LittleEndian(second.AsSpan(second.Length - 10)));
        BinaryPrimitives.WriteUInt64LittleEndian(record.AsSpan(48), BinaryPrimitives.ReadUInt32LittleEndian(second.AsSpan(second.Length - 6)) + (ulong)first.Length);
        var locator = new byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(locator, 0x07064b50);
        BinaryPrimitives.WriteUInt64LittleEndian(locator.AsSpan(8), (ulong)(first.Length + second.Length));
        RefuseDamaged([.. first, .. second, .. record, .. locator, .. end]);
    }

    [Fact]
    public void Every_byte_of_the_directory_may_be_wrong_without_a_crash()
    {
        var whole = Bytes("convolutions");
        var random = new Random(1);
        for (var round = 0; round < 400; round++)
        {
            var bytes = (byte[])whole.Clone();
            var at = bytes.Length - 1 - random.Next(Math.Min(bytes.Length, 3000));
            bytes[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(_repository.File("flipped.pt"), bytes);
            try
            {
                TorchScriptArchive.Check(_repository.File("flipped.pt"));
            }
            catch (FailureException failure)
            {
                // A flag or a method of another zip file is not supported.
                Assert.Contains(failure.Reason, (string[])["WEIGHTS_FILE_DAMAGED", "WEIGHTS_NOT_SUPPORTED"]);
            }
        }
    }

    [Fact]
    public void A_checkpoint_is_no_archive_and_an_archive_no_checkpoint()
    {
        var failure = RefuseDamaged(File.ReadAllBytes(pytorch.File("checkpoint.pt")));
        Assert.Contains("checkpoint", failure.Message, StringComparison.Ordinal);
        _repository.Refuse(pytorch.Model("convolutions", 48) with { Architecture = "demo_resnet" });
        Assert.Equal("WEIGHTS_FILE_DAMAGED", _repository.Refuse(pytorch.Model("convolutions", 48) with { Architecture = "onnx" }).Reason);
    }

    [Fact]
    public void What_is_no_zip_is_no_archive()
    {
        RefuseDamaged(Encoding.ASCII.GetBytes(new string('x', 5000)));
        File.Delete(_repository.File("none.pt"));
        Assert.Equal("WEIGHTS_FILE_NOT_FOUND", _repository.Refuse(pytorch.Model("convolutions", 48) with { WeightsPath = _repository.File("none.pt") }).Reason);
    }

    private byte[] Bytes(string archive) => File.ReadAllBytes(pytorch.File($"{archive}.pt"));

    private FailureException RefuseDamaged(byte[] bytes)
    {
        var failure = Refuse(bytes);
        Assert.Equal((FailureKind.DataLoss, "WEIGHTS_FILE_DAMAGED"), (failure.Kind, failure.Reason));
        return failure;
    }

    private FailureException Refuse(byte[] bytes)
    {
        var path = _repository.File("hostile.pt");
        File.WriteAllBytes(path, bytes);
        return _repository.Refuse(pytorch.Model("convolutions", 48) with { WeightsPath = path });
    }

    /// <summary>The good archive, all entries stored, with something added or left out.</summary>
    private byte[] Rewritten(Action<ZipArchive, string>? add = null, Func<string, bool>? keep = null)
    {
        using var result = new MemoryStream();
        using (var archive = new ZipArchive(result, ZipArchiveMode.Create, leaveOpen: true))
        using (var source = new ZipArchive(new MemoryStream(Bytes("convolutions"))))
        {
            foreach (var entry in source.Entries.Where(entry => keep?.Invoke(entry.FullName) != false))
            {
                using var stream = entry.Open();
                using var bytes = new MemoryStream();
                stream.CopyTo(bytes);
                Store(archive, entry.FullName, bytes.ToArray());
            }

            add?.Invoke(archive, "convolutions/");
        }

        return result.ToArray();
    }

    private static void Store(ZipArchive archive, string name, byte[] bytes)
    {
        using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
        stream.Write(bytes);
    }
}
