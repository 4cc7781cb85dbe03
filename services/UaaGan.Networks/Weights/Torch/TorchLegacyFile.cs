using System.Numerics;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// The files of torch.save before torch 1.6, and of later ones when asked: the pickles of a magic number, a protocol version, the
/// writer's machine, the object and the list of storage keys; then for each storage the count of its elements, 64 bits, and its bytes.
/// </summary>
internal static class TorchLegacyFile
{
    private const long ProtocolVersion = 1001;
    private static readonly BigInteger Magic = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);

    /// <exception cref="Failures.FailureException">As <see cref="StateReader.Open"/>.</exception>
    public static TorchReader Open(Stream file, string? key)
    {
        var budget = new ReadBudget(file.Length, WeightsFailure.Faults);
        var objects = new TorchObjects(budget);
        var input = new FileWindow(file, 0, file.Length, budget);
        if (Next() is not BigInteger magic || magic != Magic)
            throw WeightsFailure.FormatUnknown("it is a pickle, but not of torch.save");
        if (Next() is not ProtocolVersion) throw WeightsFailure.NotSupported($"a protocol version of torch.save other than {ProtocolVersion}");
        if (Next() is PickleDictionary machine && machine.Named().GetValueOrDefault("little_endian") is false)
            throw WeightsFailure.NotSupported("numbers of a machine whose byte order is not little-endian");
        var root = Next();
        if (Next() is not List<object?> keys) throw WeightsFailure.Damaged("it has no list of its storages");
        var positions = Positions(input, keys, objects.Storages, budget);
        return new TorchReader(file, StateSearch.Find(root, key, budget), Position);

        object? Next() => new PickleReader(input, budget, objects).Read();

        long Position(TorchStorage storage) => positions.TryGetValue(storage.Key, out var position)
            ? position
            : throw WeightsFailure.Damaged($"its storage '{WeightsFailure.Shorten(storage.Key)}' is not there");
    }

    private static Dictionary<string, long> Positions(
        FileWindow input, List<object?> keys, IReadOnlyDictionary<string, TorchStorage> storages, ReadBudget budget)
    {
        const int entryBytes = 150;
        budget.Charge((long)keys.Count * entryBytes);
        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var item in keys)
        {
            if (item is not string key || !storages.TryGetValue(TorchNames.CheckKey(key), out var storage))
                throw WeightsFailure.Damaged("its list of storages has one that no tensor uses");
            var elements = input.Number(sizeof(long));
            if (elements != (ulong)(storage.WholeBytes / SafetensorsDataTypes.Bytes(storage.DataType)))
                throw WeightsFailure.Damaged($"its storage '{WeightsFailure.Shorten(key)}' should have {storage.WholeBytes} bytes and has {elements} elements");
            if (!positions.TryAdd(key, input.Position)) throw WeightsFailure.Damaged($"its storage '{WeightsFailure.Shorten(key)}' is listed twice");
            input.Skip((ulong)storage.WholeBytes);
        }

        if (input.Left > 0) throw WeightsFailure.Damaged($"{input.Left} bytes follow its last storage");
        return positions;
    }
}
