using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Kernels;

/// <summary>Unit features on a device: float32 as given, a copy in bfloat16 in rows of a multiple of 32, and what the copies lost.</summary>
internal sealed unsafe class PackedFeatures : IDisposable
{
    /// <summary>Packed rows are multiples of this, a slice of the scan.</summary>
    private const int StrideUnit = 32;

    // More than float32 loses in norming a vector, far less than would mean that somebody forgot to.
    private const float UnitTolerance = 1e-3f;

    private readonly List<DeviceMemory> _memory = [];

    /// <param name="device">Where they go.</param>
    /// <param name="features">Count x D, row-major, of unit length; these bits are kept.</param>
    /// <param name="dimension">D, 1 to 65536.</param>
    /// <param name="role">What a row is, for messages: row or query.</param>
    /// <exception cref="FailureException">FEATURE_NOT_FINITE or FEATURE_NOT_UNIT, with the row's number.</exception>
    public PackedFeatures(IKernelDevice device, ReadOnlySpan<float> features, int dimension, string role)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimension, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimension, GalleryMatrix.MaxDimension);
        if (features.Length % dimension != 0) throw new ArgumentException($"{features.Length} numbers are no features of {dimension} components.", nameof(features));
        (Count, Dimension) = (features.Length / dimension, dimension);
        Stride = (dimension + StrideUnit - 1) / StrideUnit * StrideUnit;
        CheckUnit(features, dimension, role);
        try
        {
            Unit = (float*)Keep(device.AllocateWith(features));
            Packed = (ushort*)Keep(device.Allocate<ushort>((long)Count * Stride));
            var residuals = device.Allocate<float>(Count);
            Residuals = (float*)Keep(residuals);
            Pack(device);
            if (Count > 0) LargestResidual = device.Read<float>(residuals, Count).Max();
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

    public float LargestResidual { get; }

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

    private void Pack(IKernelDevice device)
    {
        using var status = device.Allocate<FeatureStatus>(Count);
        device.FeaturePack.Run(new FeaturePackArguments
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
        if (device.Read<FeatureStatus>(status, Count).Any(each => each != FeatureStatus.Good))
            throw new InvalidOperationException("feature_pack refuses what was checked before: the device's arithmetic differs from the host's.");
    }

    private static void CheckUnit(ReadOnlySpan<float> features, int dimension, string role)
    {
        for (int row = 0; row < features.Length / dimension; row++)
        {
            float squares = System.Numerics.Tensors.TensorPrimitives.SumOfSquares(features.Slice(row * dimension, dimension));
            if (MathF.Abs(squares - 1) <= UnitTolerance) continue;
            throw new FailureException(
                FailureKind.InvalidArgument,
                float.IsFinite(squares) ? "FEATURE_NOT_UNIT" : "FEATURE_NOT_FINITE",
                string.Create(CultureInfo.InvariantCulture, $"The feature of {role} {row} has a sum of squares of {squares}; search on a GPU takes unit vectors, whose sum is 1."));
        }
    }
}
