using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// The zip files of torch.save since torch 1.6: &lt;folder&gt;/data.pkl describes the tensors, &lt;folder&gt;/data/&lt;key&gt; holds each
/// storage, and since torch 2.1 &lt;folder&gt;/byteorder says in which order its bytes are; the folder has any name.
/// </summary>
internal static class TorchZipFile
{
    private const string Pickle = "/data.pkl", LittleEndian = "little";

    /// <exception cref="Failures.FailureException">As <see cref="StateReader.Open"/>.</exception>
    public static TorchReader Open(Stream file, string? key)
    {
        var budget = new ReadBudget(file.Length, WeightsFailure.Faults);
        var entries = ZipDirectory.Read(file, budget);
        var folder = Folder(entries);
        if (entries.ContainsKey($"{folder}/constants.pkl") || entries.Keys.Any(name => name.StartsWith($"{folder}/code/", StringComparison.Ordinal)))
            throw WeightsFailure.WholeModel();
        if (entries.TryGetValue($"{folder}/byteorder", out var order)) CheckByteOrder(file, order, budget);

        var pickle = entries[folder + Pickle];
        var input = new FileWindow(file, Begin(pickle), pickle.Size, budget);
        var root = new PickleReader(input, budget, new TorchObjects(budget)).Read();
        return new TorchReader(file, StateSearch.Find(root, key, budget), Position);

        long Position(TorchStorage storage)
        {
            if (!entries.TryGetValue($"{folder}/data/{storage.Key}", out var data))
                throw WeightsFailure.Damaged($"its storage '{WeightsFailure.Shorten(storage.Key)}' is not there");
            var begin = Begin(data);
            return data.Size == storage.WholeBytes
                ? begin
                : throw WeightsFailure.Damaged($"its storage '{WeightsFailure.Shorten(storage.Key)}' should have {storage.WholeBytes} bytes and has {data.Size}");
        }
    }

    private static string Folder(IReadOnlyDictionary<string, ZipEntry> entries)
    {
        var pickles = entries.Keys.Where(name => name.EndsWith(Pickle, StringComparison.Ordinal)).Take(2).ToArray();
        return pickles switch
        {
            [var only] => only[..^Pickle.Length],
            [] => throw WeightsFailure.FormatUnknown("it is a zip file without a data.pkl, so torch.save did not write it"),
            _ => throw WeightsFailure.FormatUnknown("it is a zip file with more than one data.pkl"),
        };
    }

    private static long Begin(ZipEntry entry) => entry.IsDeflated
        ? throw WeightsFailure.NotSupported($"a compressed '{WeightsFailure.Shorten(entry.Name)}'; torch.save compresses nothing")
        : entry.Begin;

    private static void CheckByteOrder(Stream file, ZipEntry entry, ReadBudget budget)
    {
        var order = new FileWindow(file, Begin(entry), entry.Size, budget).Latin1((ulong)entry.Size).Trim();
        if (order != LittleEndian)
            throw WeightsFailure.NotSupported($"numbers in the byte order '{WeightsFailure.Shorten(order)}'; save it on a machine whose order is {LittleEndian}");
    }
}
