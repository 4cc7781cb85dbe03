using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>A tensor as torch pickles it: a storage seen through an offset, sizes and strides, all counted in elements.</summary>
internal sealed record TorchView(TorchStorage Storage, torch.ScalarType DataType, long Offset, IReadOnlyList<long> Shape, IReadOnlyList<long> Strides)
{
    /// <summary>Most dimensions of a tensor, as in torch.</summary>
    public const int MaxDimensions = 64;

    /// <summary>Where its first element lies, in bytes from the beginning of the whole storage.</summary>
    public long Begin => Storage.Begin + Offset * SafetensorsDataTypes.Bytes(DataType);

    /// <summary>Elements from its first to its last, with those between that are not its own; 0 when it has none.</summary>
    public long Span { get; private init; }

    /// <summary>Whether its elements lie in order and without gaps.</summary>
    public bool IsContiguous
    {
        get
        {
            if (Span == 0) return true;
            var expected = 1L;
            for (var i = Shape.Count - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected) return false;
                expected *= Shape[i];
            }

            return true;
        }
    }

    /// <summary>A view that lies within its storage.</summary>
    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED.</exception>
    public static TorchView Create(TorchStorage storage, torch.ScalarType type, long offset, IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        var bytesPerElement = SafetensorsDataTypes.Bytes(type);
        var capacity = storage.Bytes / bytesPerElement;
        if (shape.Count != strides.Count || shape.Count > MaxDimensions || offset < 0 || HasNegative(shape) || HasNegative(strides))
            throw Wrong("needs sizes, as many strides, and an offset, none below 0");
        if (StoredBytes.Elements(shape, bytesPerElement) is not { } elements) throw Wrong($"is larger than {StoredBytes.MaxTensorBytes} bytes");
        if (elements > capacity) throw Wrong("has more elements than its storage");
        var span = Extent(shape, strides);
        if (offset > capacity || span > capacity - offset) throw Wrong("reaches beyond its storage");
        return new TorchView(storage, type, offset, shape, strides) { Span = (long)span };

        FailureException Wrong(string what) => WeightsFailure.Damaged(
            $"a tensor of shape [{string.Join(", ", shape.Take(8))}], strides [{string.Join(", ", strides.Take(8))}] and offset {offset} {what}, '{WeightsFailure.Shorten(storage.Key)}' of {storage.Bytes} bytes");
    }

    private static bool HasNegative(IReadOnlyList<long> numbers)
    {
        for (var i = 0; i < numbers.Count; i++)
        {
            if (numbers[i] < 0) return true;
        }

        return false;
    }

    private static Int128 Extent(IReadOnlyList<long> shape, IReadOnlyList<long> strides)
    {
        // Int128: a size times a stride that overflows 64 bits must not come out small.
        Int128 extent = 1;
        for (var i = 0; i < shape.Count; i++)
        {
            if (shape[i] == 0) return 0;
            extent += (Int128)(shape[i] - 1) * strides[i];
        }

        return extent;
    }
}
