using System.IO.Compression;

namespace UaaGan.Networks.Tests;

/// <summary>What can be wrong with the files around the pickle.</summary>
public class TorchFileDamageTests
{
    private static readonly byte[] Pickle = new PickleWriter().Dictionary(state => state.Text("w").Tensor("0", 2, 3)).Stop();
    private static readonly byte[] Data = TorchFiles.Floats(0, 1, 2, 3, 4, 5);

    [Fact]
    public void A_file_cut_anywhere_is_refused()
    {
        foreach (var whole in (byte[][])[Archive().Finish(), new LegacyParts().Join()])
        {
            Assert.Null(BoundedReading.Of(whole));
            for (var length = 0; length < whole.Length; length++) Assert.NotNull(BoundedReading.Of(whole[..length]));
        }
    }

    // Behind one, readers differ in where they find the end, and torch.save writes none.
    [Fact]
    public void A_zip_file_with_a_comment_is_damage() => Fails(Archive().Finish("a comment"), "WEIGHTS_FILE_DAMAGED", "without a comment");

    [Theory]
    [InlineData("../archive/x")]
    [InlineData("archive/../../etc/passwd")]
    [InlineData("archive/..")]
    [InlineData("..")]
    [InlineData("/etc/passwd")]
    [InlineData("C:/x")]
    [InlineData("archive\\x")]
    [InlineData("archive/\u0007")]
    [InlineData("")]
    public void A_path_that_leaves_the_archive_is_damage(string name) => Fails(Archive().Add(name, [1]), "WEIGHTS_FILE_DAMAGED", "path");

    [Fact]
    public void An_entry_twice_is_damage() => Fails(Archive().Add("archive/data/0", Data), "WEIGHTS_FILE_DAMAGED", "two entries 'archive/data/0'");

    [Fact]
    public void A_bomb_is_not_expanded()
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) deflate.Write(new byte[100 << 20]);
        foreach (var name in (string[])["archive/data.pkl", "archive/data/0", "archive/byteorder"])
        {
            var zip = new ZipWriter();
            foreach (var (path, data) in Parts) zip.Add(path, path == name ? packed.ToArray() : data, method: path == name ? 8 : 0, size: path == name ? 100 << 20 : null);
            Fails(zip, "WEIGHTS_NOT_SUPPORTED", $"a compressed '{name}'");
        }
    }

    [Fact]
    public void Lengths_and_places_that_cannot_be_are_damage()
    {
        Fails(Archive().Add("archive/x", [1, 2], size: 3), "WEIGHTS_FILE_DAMAGED", "cannot be");
        Fails(Archive().Add("archive/x", [1, 2], header: uint.MaxValue - 1), "WEIGHTS_FILE_DAMAGED", "cannot be");
        Fails(Archive(is64Bit: true).Add("archive/x", [1, 2], size: 1L << 62), "WEIGHTS_FILE_DAMAGED", "cannot be");
        Fails(Archive(is64Bit: true).Add("archive/x", [1, 2], size: -1), "WEIGHTS_FILE_DAMAGED", "cannot be");
    }

    [Fact]
    public void Headers_that_disagree_with_the_directory_are_damage()
    {
        var whole = Archive().Finish();
        foreach (var (at, said) in ((int, string)[])[(2, "no header"), (30, "another name")])
        {
            var changed = whole.ToArray();
            changed[at]++;
            Fails(changed, "WEIGHTS_FILE_DAMAGED", said);
        }
    }

    // The end record has 22 bytes; before it stand the 64-bit record of 56 and its locator of 20.
    [Theory]
    [InlineData(22 + 20 + 56, "not where it says")]
    [InlineData(22 + 20 + 56 - 40, "does not end where")]
    [InlineData(22 + 20 + 56 - 48, "does not end where")]
    [InlineData(22 + 20 - 8, "not where it says")]
    [InlineData(22 + 20, "64-bit closing record is not there")]
    [InlineData(22, "without a comment")]
    [InlineData(1, "its comment")]
    public void Closing_records_that_disagree_are_damage(int fromTheEnd, string said)
    {
        var changed = Archive(is64Bit: true).Finish();
        changed[^fromTheEnd]++;
        Fails(changed, "WEIGHTS_FILE_DAMAGED", said);
    }

    [Fact]
    public void A_deflated_entry_that_says_it_unpacks_to_more_than_it_can_is_damage()
    {
        Fails(Archive().Add("archive/x", new byte[10], method: 8, size: 10_321), "WEIGHTS_FILE_DAMAGED", "cannot be");
        Assert.Null(BoundedReading.Of(Archive().Add("archive/x", new byte[10], method: 8, size: 10_320).Finish()));
        Fails(Archive().Add("archive/x", new byte[10], method: 12), "WEIGHTS_NOT_SUPPORTED", "method 12");
    }

    [Fact]
    public void Entries_that_share_bytes_are_damage() =>
        Fails(Archive().Add("archive/data/1", new byte[8], header: 0), "WEIGHTS_FILE_DAMAGED", "reaches into the next entry");

    [Fact]
    public void A_storage_that_is_not_there_is_damage() =>
        Fails(new ZipWriter().Add("archive/data.pkl", Pickle), "WEIGHTS_FILE_DAMAGED", "storage '0' is not there");

    [Fact]
    public void More_entries_than_a_network_has_tensors_are_refused()
    {
        var zip = new ZipWriter { Is64Bit = true };
        for (var i = 0; i <= ZipDirectory.MaxEntries; i++) zip.Add($"archive/data/{i}", []);
        Fails(zip, "WEIGHTS_NOT_SUPPORTED", "50001 entries");
    }

    [Fact]
    public void Encrypted_and_big_endian_archives_are_refused()
    {
        Fails(Archive().Add("archive/x", [1], flags: 1), "WEIGHTS_NOT_SUPPORTED", "encrypted");
        Fails(TorchFiles.Zip(Pickle, new Dictionary<string, byte[]> { ["0"] = Data }, byteOrder: "big"), "WEIGHTS_NOT_SUPPORTED", "'big'");
        Fails(new LegacyParts { LittleEndian = false }.Join(), "WEIGHTS_NOT_SUPPORTED", "little-endian");
    }

    [Theory]
    [InlineData("archive/constants.pkl")]
    [InlineData("archive/code/__torch__.py")]
    public void A_torchscript_archive_is_a_whole_model(string name) => Fails(Archive().Add(name, [1]), "WEIGHTS_WHOLE_MODEL", "architecture torchscript");

    [Fact]
    public void What_torch_save_did_not_write_names_the_formats_known()
    {
        Fails(new ZipWriter().Add("word/document.xml", [1]), "WEIGHTS_FORMAT_UNKNOWN", "without a data.pkl");
        Fails(Archive().Add("other/data.pkl", [1]), "WEIGHTS_FORMAT_UNKNOWN", "more than one data.pkl");
        Fails(new PickleWriter().Number(1).Stop(), "WEIGHTS_FORMAT_UNKNOWN", "not of torch.save");
        Fails("<!DOCTYPE html>"u8.ToArray(), "WEIGHTS_FORMAT_UNKNOWN", "safetensors, zip files of torch.save");
        Fails([], "WEIGHTS_FORMAT_UNKNOWN", "it is none of these");
    }

    [Fact]
    public void A_legacy_file_whose_parts_disagree_is_damage()
    {
        Fails(new LegacyParts { Elements = 5 }.Join(), "WEIGHTS_FILE_DAMAGED", "has 5 elements");
        Fails(new LegacyParts { Elements = -1 }.Join(), "WEIGHTS_FILE_DAMAGED", "elements");
        Fails(new LegacyParts { Key = "1" }.Join(), "WEIGHTS_FILE_DAMAGED", "no tensor uses");
        Fails([.. new LegacyParts().Join(), 0], "WEIGHTS_FILE_DAMAGED", "1 bytes follow");
        Fails(TorchFiles.Legacy(Pickle, new Dictionary<string, (long, byte[])>()), "WEIGHTS_FILE_DAMAGED", "storage '0' is not there");
        Fails([.. TorchFiles.Magic, .. new PickleWriter().Number(1000).Stop()], "WEIGHTS_NOT_SUPPORTED", "1001");
    }

    private static (string Path, byte[] Data)[] Parts => [("archive/data.pkl", Pickle), ("archive/byteorder", "little"u8.ToArray()), ("archive/data/0", Data)];

    private static ZipWriter Archive(bool is64Bit = false)
    {
        var zip = new ZipWriter { Is64Bit = is64Bit };
        foreach (var (path, data) in Parts) zip.Add(path, data);
        return zip;
    }

    private static void Fails(ZipWriter zip, string reason, string said) => Fails(zip.Finish(), reason, said);

    private static void Fails(byte[] file, string reason, string said)
    {
        var failure = BoundedReading.Of(file);
        Assert.Equal(reason, failure?.Reason);
        Assert.Contains(said, failure!.Message, StringComparison.Ordinal);
    }

    private sealed record LegacyParts
    {
        public string Key { get; init; } = "0";

        public long Elements { get; init; } = 6;

        public bool LittleEndian { get; init; } = true;

        public byte[] Join() => TorchFiles.Legacy(Pickle, new Dictionary<string, (long, byte[])> { [Key] = (Elements, Data) }, LittleEndian);
    }
}
