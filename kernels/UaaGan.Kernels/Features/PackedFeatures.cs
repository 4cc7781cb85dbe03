using System.Globalization;
using System.Runtime.InteropServices;
using UaaGan.Failures;

namespace UaaGan.Kernels;

/// <summary>Unit features on a device: float32 as given, a copy in bfloat16 in rows of a multiple of 32, and what the copies lost.</summary>
internal sealed unsafe class PackedFeatures : IDisposable
{
    /// <summary>Packed rows are multiples of this, a slice of the scan.</summary>
    private const int StrideUnit = 32;

    // More than float32 loses in norming a vector, far less than would mean that somebody forgot to.
    private const float UnitTolerance = 1e-3f;

    // Of rows that go to the device at a time.
    private const int PartFloats = 4 << 20;

    private readonly IKernelDevice _device;
    private readonly DeviceMemory _residuals;
    private readonly List<DeviceMemory> _memory = [];

    /// <param name="device">Where they go.</param>
    /// <param name="features">Count x D, row-major, of unit length; these bits are kept.</param>
    /// <param name="dimension">D, 1 to 65536.</param>
    /// <param name="role">What a row is, for messages: row or query.</param>
    /// <exception cref="FailureException">FEATURE_NOT_FINITE or FEATURE_NOT_UNIT, with the row's number.</exception>
    public PackedFeatures(IKernelDevice device, ReadOnlySpan<float> features, int dimension, string role)
        : this(device, features.Length / Positive(dimension), dimension)
    {
        if (features.Length % dimension != 0) throw new ArgumentException($"{features.Length} numbers are no features of {dimension} components.", nameof(features));
        try
        {
            Put(0, features, role);
            Pack();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The rows of a matrix, which go to the device in parts.</summary>
    /// <param name="device">Where they go.</param>
    /// <param name="rows">Of unit length.</param>
    /// <exception cref="FailureException">FEATURE_NOT_UNIT, with the row's number.</exception>
    public PackedFeatures(IKernelDevice device, GalleryMatrix rows)
        : this(device, rows.Rows, rows.Dimension)
    {
        try
        {
            float[] part = new float[Math.Max(PartFloats / Dimension, 1) * Dimension];
            for (int first = 0; first < Count; first += part.Length / Dimension)
            {
                int count = Math.Min(part.Length / Dimension, Count - first);
                for (int row = 0; row < count; row++) rows.CopyRow(first + row, part.AsSpan(row * Dimension, Dimension));
                Put(first, part.AsSpan(0, count * Dimension), "row");
            }

            Pack();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    private PackedFeatures(IKernelDevice device, int count, int dimension)
    {
        (_device, Count, Dimension) = (device, count, dimension);
        Stride = (dimension + StrideUnit - 1) / StrideUnit * StrideUnit;
        try
        {
            Unit = (float*)Keep(device.Allocate<float>((long)Count * Dimension));
            Packed = (ushort*)Keep(device.Allocate<ushort>((long)Count * Stride));
            _residuals = device.Allocate<float>(Count);
            Residuals = (float*)Keep(_residuals);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public int Count { get; }

    public int Dimension { get; }

    public int Stride { get; }

    public float LargestResidual { get; private set; }

    /// <summary>Valid until this is disposed of, as are the others.</summary>
    public float* Unit { get; }

    public ushort* Packed { get; }

    public float* Residuals { get; }

    public void Dispose() => _memory.ForEach(memory => memory.Dispose());

    private nint Keep(DeviceMemory memory)
    {
        _memory.Add(memory);
        return memory.Address;
    }

    private static int Positive(int dimension)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, GalleryMatrix.MaxDimension);
        return dimension;
    }

    private void Put(int first, ReadOnlySpan<float> rows, string role)
    {
        CheckUnit(first, rows, Dimension, role);
        _device.Upload((nint)(Unit + ((long)first * Dimension)), MemoryMarshal.AsBytes(rows));
    }

    private void Pack()
    {
        if (Count == 0) return;
        using var status = _device.Allocate<FeatureStatus>(Count);
        _device.FeaturePack.Run(new FeaturePackArguments
        {
            Features = Unit,
            Unit = Unit,
            Packed = Packed,
            Residuals = Residuals,
            Status = (FeatureStatus*)status.Address,
            Count = Count,
            Dimension = Dimension,
            Stride = Stride,
        });
        if (_device.Read<FeatureStatus>(status, Count).Any(each => each != FeatureStatus.Good))
            throw new InvalidOperationException("feature_pack refuses what was checked before: the device's arithmetic differs from the host's.");
        LargestResidual = _device.Read<float>(_residuals, Count).Max();
    }

    private static void CheckUnit(int first, ReadOnlySpan<float> features, int dimension, string role)
    {
        for (int row = 0; row < features.Length / dimension; row++)
        {
            float squares = System.Numerics.Tensors.TensorPrimitives.SumOfSquares(features.Slice(row * dimension, dimension));
            if (MathF.Abs(squares - 1) <= UnitTolerance) continue;
            throw new FailureException(
                FailureKind.InvalidArgument,
                float.IsFinite(squares) ? "FEATURE_NOT_UNIT" : "FEATURE_NOT_FINITE",
                string.Create(CultureInfo.InvariantCulture, $"The feature of {role} {first + row} has a sum of squares of {squares}; search on a GPU takes unit vectors, whose sum is 1."));
        }
    }
}
