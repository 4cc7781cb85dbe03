using TorchSharp;
using UaaGan.Pickle;

namespace UaaGan.Networks.Tests;

/// <summary>Files of torch.save around a pickle, and what reading them gives.</summary>
internal static class TorchFiles
{
    /// <summary>A zip file of torch 1.6 and later.</summary>
    /// <param name="pickle">The object.</param>
    /// <param name="storages">Bytes by key.</param>
    /// <param name="folder">The folder within.</param>
    /// <param name="byteOrder">As torch 2.1 and later record it; null: not at all.</param>
    public static byte[] Zip(byte[] pickle, IReadOnlyDictionary<string, byte[]> storages, string folder = "archive", string? byteOrder = "little", bool is64Bit = false)
    {
        var zip = new ZipWriter { Is64Bit = is64Bit }.Add($"{folder}/data.pkl", pickle);
        if (byteOrder is not null) zip.Add($"{folder}/byteorder", System.Text.Encoding.ASCII.GetBytes(byteOrder));
        foreach (var (key, bytes) in storages) zip.Add($"{folder}/data/{key}", bytes);
        return zip.Add($"{folder}/version", "3\n"u8.ToArray()).Finish();
    }

    /// <summary>A zip file of float32 tensors whose keys begin with <paramref name="prefix"/>.</summary>
    public static byte[] Zip(IReadOnlyDictionary<string, torch.Tensor> state, string prefix = "")
    {
        using var scope = torch.NewDisposeScope();
        var floats = state.ToDictionary(pair => prefix + pair.Key, pair => pair.Value.to(torch.ScalarType.Float32));
        var pickle = new PickleWriter().Dictionary(dictionary =>
        {
            foreach (var (key, tensor) in floats) dictionary.Text(key).Tensor(key, tensor.shape);
        });
        return Zip(pickle.Stop(), floats.ToDictionary(pair => pair.Key, pair => pair.Value.contiguous().bytes.ToArray()));
    }

    /// <summary>A file of torch.save before 1.6.</summary>
    /// <param name="pickle">The object.</param>
    /// <param name="storages">Count of elements and bytes by key.</param>
    /// <param name="littleEndian">What it says of the writer's machine.</param>
    public static byte[] Legacy(byte[] pickle, IReadOnlyDictionary<string, (long Elements, byte[] Bytes)> storages, bool littleEndian = true)
    {
        var machine = new PickleWriter().Op(PickleOpcode.EmptyDict).Op(PickleOpcode.Mark)
            .Text("protocol_version").Number(1001)
            .Text("little_endian").Op(littleEndian ? PickleOpcode.NewTrue : PickleOpcode.NewFalse)
            .Text("type_sizes").Op(PickleOpcode.EmptyDict).Text("int").Number(4).Op(PickleOpcode.SetItem)
            .Op(PickleOpcode.SetItems).Stop();
        var keys = new PickleWriter().Op(PickleOpcode.EmptyList).Op(PickleOpcode.Mark);
        foreach (var key in storages.Keys) keys.Text(key);
        return
        [
            .. Magic, .. new PickleWriter().Number(1001).Stop(), .. machine, .. pickle, .. keys.Op(PickleOpcode.Appends).Stop(),
            .. storages.Values.SelectMany(storage => (byte[])[.. PickleWriter.Little(storage.Elements, 8), .. storage.Bytes]),
        ];
    }

    /// <summary>The pickle of torch's magic number.</summary>
    public static byte[] Magic { get; } = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.'];

    /// <summary>Little-endian float32 values.</summary>
    public static byte[] Floats(params float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];
}
