using System.Buffers.Binary;
using System.Text;
using UaaGan.Pickle;

namespace UaaGan.Networks.Tests;

/// <summary>Writes pickles operation by operation, those that no pickler would write too.</summary>
internal sealed class PickleWriter
{
    private readonly List<byte> _bytes = [];

    public PickleWriter(byte protocol = 2) => Op(PickleOpcode.Proto).Raw(protocol);

    public PickleWriter Op(PickleOpcode opcode) => Raw((byte)opcode);

    public PickleWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public PickleWriter Global(string module, string name) => Op(PickleOpcode.Global).Raw(Encoding.Latin1.GetBytes($"{module}\n{name}\n"));

    public PickleWriter Text(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Op(PickleOpcode.BinUnicode).Raw(Little(bytes.Length, 4)).Raw(bytes);
    }

    /// <summary>A text as Python 2 wrote it.</summary>
    public PickleWriter OldText(string text) => Op(PickleOpcode.ShortBinString).Raw((byte)text.Length).Raw(Encoding.Latin1.GetBytes(text));

    public PickleWriter Number(long number) => number switch
    {
        >= 0 and <= byte.MaxValue => Op(PickleOpcode.BinInt1).Raw((byte)number),
        >= 0 and <= ushort.MaxValue => Op(PickleOpcode.BinInt2).Raw(Little(number, 2)),
        >= int.MinValue and <= int.MaxValue => Op(PickleOpcode.BinInt).Raw(Little(number, 4)),
        _ => Op(PickleOpcode.Long1).Raw(8).Raw(Little(number, 8)),
    };

    public PickleWriter Numbers(params IReadOnlyList<long> numbers)
    {
        Op(PickleOpcode.Mark);
        foreach (var number in numbers) Number(number);
        return Op(PickleOpcode.Tuple);
    }

    public PickleWriter Put(byte index) => Op(PickleOpcode.BinPut).Raw(index);

    public PickleWriter Get(byte index) => Op(PickleOpcode.BinGet).Raw(index);

    /// <summary>An OrderedDict of what <paramref name="items"/> writes: key, value, key, value.</summary>
    public PickleWriter Dictionary(Action<PickleWriter> items)
    {
        Global("collections", "OrderedDict").Op(PickleOpcode.EmptyTuple).Op(PickleOpcode.Reduce).Op(PickleOpcode.Mark);
        items(this);
        return Op(PickleOpcode.SetItems);
    }

    /// <summary>The persistent id of a storage; <paramref name="last"/> writes the sixth part that older files have.</summary>
    public PickleWriter Storage(string type, string key, long elements, Action<PickleWriter>? last = null)
    {
        var dot = type.LastIndexOf('.');
        Op(PickleOpcode.Mark).Text("storage").Global(type[..dot], type[(dot + 1)..]).Text(key).Text("cpu").Number(elements);
        last?.Invoke(this);
        return Op(PickleOpcode.Tuple).Op(PickleOpcode.BinPersId);
    }

    /// <summary>A call of torch's _rebuild_tensor_v2; <paramref name="storage"/> writes the storage.</summary>
    public PickleWriter Tensor(Action<PickleWriter> storage, long offset, IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        Global("torch._utils", "_rebuild_tensor_v2").Op(PickleOpcode.Mark);
        storage(this);
        return Number(offset).Numbers(shape).Numbers(strides)
            .Op(PickleOpcode.NewFalse).Dictionary(_ => { }).Op(PickleOpcode.Tuple).Op(PickleOpcode.Reduce);
    }

    /// <summary>A contiguous tensor over a float32 storage of its own size.</summary>
    public PickleWriter Tensor(string key, params long[] shape)
    {
        var strides = new long[shape.Length];
        for (var i = shape.Length - 1; i >= 0; i--) strides[i] = i == shape.Length - 1 ? 1 : strides[i + 1] * shape[i + 1];
        var elements = shape.Aggregate(1L, (product, size) => product * size);
        return Tensor(pickle => pickle.Storage("torch.FloatStorage", key, elements), 0, shape, strides);
    }

    public byte[] Stop()
    {
        Op(PickleOpcode.Stop);
        return [.. _bytes];
    }

    /// <summary>A line after an operation, as protocol 0 writes it.</summary>
    public PickleWriter Line(PickleOpcode opcode, string text) => Op(opcode).Raw(Encoding.Latin1.GetBytes(text + "\n"));

    public static byte[] Little(long number, int bytes)
    {
        var all = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(all, number);
        return all[..bytes];
    }
}
