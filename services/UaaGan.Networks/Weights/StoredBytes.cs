using TorchSharp;

namespace UaaGan.Networks;

/// <summary>Bytes of a file as a tensor, read straight into its memory.</summary>
internal static class StoredBytes
{
    /// <summary>Most bytes of one tensor: .NET's spans end there.</summary>
    public const long MaxTensorBytes = int.MaxValue;

    /// <summary>A contiguous tensor whose values are little-endian at a place of the file; the caller disposes it.</summary>
    /// <exception cref="Failures.FailureException">DataLoss WEIGHTS_FILE_DAMAGED: the file ends before.</exception>
    public static torch.Tensor Read(Stream file, long position, torch.ScalarType type, ReadOnlySpan<long> shape, string name)
    {
        var tensor = torch.empty(shape, dtype: type);
        try
        {
            if (tensor.numel() == 0) return tensor;
            file.Position = position;
            file.ReadExactly(tensor.bytes);
            return tensor;
        }
        catch (EndOfStreamException exception)
        {
            tensor.Dispose();
            throw WeightsFailure.Damaged($"it was cut while it was read, in the tensor '{WeightsFailure.Shorten(name)}'", exception);
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Elements of a shape, or null when one of <paramref name="bytesPerElement"/> could not be read: more than
    /// <see cref="MaxTensorBytes"/>, where a size of 0 counts as 1 so that the strides stay small too.</summary>
    public static long? Elements(IReadOnlyList<long> shape, int bytesPerElement)
    {
        var (elements, bytes) = (1L, (long)bytesPerElement);
        foreach (var size in shape)
        {
            // Both factors are below 2^32 here, so that the product cannot overflow.
            if (size > MaxTensorBytes) return null;
            elements *= size;
            bytes *= Math.Max(size, 1);
            if (bytes > MaxTensorBytes) return null;
        }

        return elements;
    }
}
