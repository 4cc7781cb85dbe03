using TorchSharp;
using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>Makes the objects of one file of torch.save: what its pickle calls for, and the storages that it refers to.</summary>
internal sealed class TorchObjects(ReadBudget budget) : IPickleObjects
{
    /// <summary>What a tensor and a storage cost with their place in the state dictionary, at most.</summary>
    private const int TensorBytes = 300, StorageBytes = 300, SizeBytes = 40, PairBytes = 500;

    private readonly Dictionary<string, TorchStorage> _storages = new(StringComparer.Ordinal);

    /// <summary>The whole storages by key.</summary>
    public IReadOnlyDictionary<string, TorchStorage> Storages => _storages;

    /// <inheritdoc/>
    public object Find(string module, string name) => TorchNames.Find(module, name);

    /// <summary>The state that BUILD gives holds nothing of a tensor or a dictionary that weights need, such as its _metadata.</summary>
    public bool TakesState(object? value) => value is PickleDictionary or TorchView or PickleOpaque;

    /// <summary>The result of a call.</summary>
    /// <exception cref="FailureException">InvalidArgument WEIGHTS_PICKLE_REFUSED; DataLoss WEIGHTS_FILE_DAMAGED.</exception>
    public object? Call(object? function, object?[] arguments) => function switch
    {
        TorchFunction.Dictionary => Dictionary(arguments),
        TorchFunction.Collection => arguments is [var items] ? items : Array.Empty<object?>(),
        TorchFunction.Tensor => Tensor(arguments, type: null),
        TorchFunction.TypedTensor => Tensor(arguments, arguments is [_, _, _, _, _, _, torch.ScalarType type, ..] ? type : throw Misused(function)),
        TorchFunction.Parameter => arguments is [TorchView view, ..] ? view : throw Misused(function),
        TorchFunction.Subclass => arguments is [TorchFunction.Tensor, _, object?[] inner, ..] ? Tensor(inner, type: null) : throw Misused(function),
        TorchFunction.Opaque => PickleOpaque.Value,
        _ => throw WeightsFailure.Refused("a call of what is no function"),
    };

    /// <summary>
    /// The storage that a persistent id stands for: ('storage', class, key, device, elements), in older files with
    /// (key, offset, elements) of a view, or None, at the end.
    /// </summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED; InvalidArgument WEIGHTS_PICKLE_REFUSED.</exception>
    public object Persistent(object? id)
    {
        if (id is not object?[] parts || parts is not ["storage", ..])
            throw WeightsFailure.Refused(id is object?[] and [string kind, ..] ? $"a persistent '{kind}'" : "a persistent id of an unknown form");
        if (parts is not [_, TorchStorageType { DataType: var type }, string key, _, long elements, ..])
            throw WeightsFailure.Damaged("its pickle names a storage without its class, key or length");
        var bytesPerElement = SafetensorsDataTypes.Bytes(type);
        if (elements < 0 || elements > long.MaxValue / bytesPerElement) throw WrongStorage(key, "a wrong length");
        budget.Charge(StorageBytes);
        var whole = new TorchStorage(TorchNames.CheckKey(key), type, elements * bytesPerElement, 0, elements * bytesPerElement);
        if (!_storages.TryAdd(key, whole) && _storages[key] != whole) throw WrongStorage(key, "two classes or lengths");
        return parts switch
        {
            [_, _, _, _, _] or [_, _, _, _, _, null] => whole,
            [_, _, _, _, _, object?[] and [string, long offset, long size]] when offset >= 0 && size >= 0 && offset <= elements && size <= elements - offset =>
                whole with { Begin = offset * bytesPerElement, Bytes = size * bytesPerElement },
            _ => throw WrongStorage(key, "a view that does not lie within it"),
        };
    }

    private PickleDictionary Dictionary(object?[] arguments)
    {
        var dictionary = new PickleDictionary(budget.Faults);
        var pairs = arguments switch
        {
            [] => [],
            [List<object?> list] => list,
            _ => throw Misused(TorchFunction.Dictionary),
        };
        budget.Charge((long)PairBytes * (1 + pairs.Count));
        foreach (var pair in pairs)
        {
            if (pair is not IReadOnlyList<object?> { Count: 2 } items) throw Misused(TorchFunction.Dictionary);
            dictionary.Set(items[0], items[1]);
        }

        return dictionary;
    }

    private TorchView Tensor(object?[] arguments, torch.ScalarType? type)
    {
        if (arguments is not [TorchStorage storage, long offset, var shape, var strides, ..]) throw Misused(TorchFunction.Tensor);
        budget.Charge(TensorBytes);
        return TorchView.Create(storage, type ?? storage.DataType, offset, Sizes(shape), Sizes(strides));
    }

    private long[] Sizes(object? sizes)
    {
        if (sizes is not IReadOnlyList<object?> { Count: <= TorchView.MaxDimensions } list) throw Misused(TorchFunction.Tensor);
        budget.Charge((long)SizeBytes * list.Count);
        var numbers = new long[list.Count];
        for (var i = 0; i < numbers.Length; i++) numbers[i] = list[i] is long number ? number : throw Misused(TorchFunction.Tensor);
        return numbers;
    }

    private static FailureException Misused(object function) => WeightsFailure.Damaged($"its pickle gives a call ({function}) arguments of another form");

    private static FailureException WrongStorage(string key, string what) => WeightsFailure.Damaged($"its storage '{WeightsFailure.Shorten(key)}' has {what}");
}
