namespace UaaGan.Kernels.Tests;

/// <summary>Features for feature_pack and feature_distance, and what a device makes of them.</summary>
internal sealed unsafe class FeatureCase
{
    private readonly Random _random;

    public FeatureCase(int seed)
    {
        _random = new Random(seed);
        Dimension = _random.NearThresholds(1, 2048, 1, 8, 16, 32, 64, 512);
        Count = _random.NearThresholds(1, Math.Min(400, 4_000_000 / Dimension), 8, 16);
        Features = new float[Count * Dimension];
        for (int row = 0; row < Count; row++)
        {
            float scale = MathF.Pow(10, _random.Next(-5, 6));
            for (int d = 0; d < Dimension; d++) Features[(row * Dimension) + d] = _random.Normal() * scale;
            if (_random.Next(8) != 0) continue;
            var feature = Features.AsSpan(row * Dimension, Dimension);
            switch (_random.Next(5))
            {
                case 0: feature.Clear(); break;
                case 1: feature[_random.Next(Dimension)] = float.NaN; break;
                case 2: feature[_random.Next(Dimension)] = float.NegativeInfinity; break;
                case 3: feature[_random.Next(Dimension)] = 2e15f; break;
                default: RandomVectors.Unit(1, Dimension, row).CopyTo(feature); break;
            }
        }
    }

    public int Count { get; }

    public int Dimension { get; }

    public int Stride => (Dimension + 31) / 32 * 32;

    public float[] Features { get; }

    public PackResult Pack(IKernelDevice device)
    {
        using var features = device.AllocateWith<float>(Features);
        using var unit = device.Allocate<float>(Features.Length);
        using var packed = device.Allocate<ushort>((long)Count * Stride);
        using var residuals = device.Allocate<float>(Count);
        using var status = device.Allocate<FeatureStatus>(Count);
        device.FeaturePack.Run(new FeaturePackArguments
        {
            Features = (float*)features.Address,
            Unit = (float*)unit.Address,
            Packed = (ushort*)packed.Address,
            Residuals = (float*)residuals.Address,
            Status = (FeatureStatus*)status.Address,
            Count = Count,
            Dimension = Dimension,
            Stride = Stride,
        });
        device.Synchronize();
        return new PackResult(device.Read<float>(unit, Features.Length), device.Read<ushort>(packed, Count * Stride), device.Read<float>(residuals, Count), device.Read<FeatureStatus>(status, Count));
    }

    /// <summary>Distances of each feature to the next, the last to itself.</summary>
    public DistanceResult Distance(IKernelDevice device, bool squared, float shift)
    {
        float[] clean = [.. Features.Skip(Dimension), .. Features.TakeLast(Dimension)];
        using var adversarial = device.AllocateWith<float>(Features);
        using var reference = device.AllocateWith<float>(clean);
        using var distances = device.Allocate<float>(Count);
        using var gradients = device.Allocate<float>(Features.Length);
        using var status = device.Allocate<FeatureStatus>(Count);
        device.FeatureDistance.Run(new FeatureDistanceArguments
        {
            Adversarial = (float*)adversarial.Address,
            Clean = (float*)reference.Address,
            Distances = (float*)distances.Address,
            Gradients = (float*)gradients.Address,
            Status = (FeatureStatus*)status.Address,
            Count = Count,
            Dimension = Dimension,
            Squared = squared ? 1 : 0,
            Shift = shift,
        });
        device.Synchronize();
        return new DistanceResult(clean, device.Read<float>(distances, Count), device.Read<float>(gradients, Features.Length), device.Read<FeatureStatus>(status, Count));
    }

    public override string ToString() => $"{Count} x {Dimension}";
}

/// <summary>What feature_pack wrote.</summary>
internal sealed record PackResult(float[] Unit, ushort[] Packed, float[] Residuals, FeatureStatus[] Status)
{
    public bool SameBits(PackResult other) =>
        Bits.Same(Unit, other.Unit) && Packed.AsSpan().SequenceEqual(other.Packed) && Bits.Same(Residuals, other.Residuals) && Status.AsSpan().SequenceEqual(other.Status);
}

/// <summary>What feature_distance wrote, and what it measured to.</summary>
internal sealed record DistanceResult(float[] Clean, float[] Distances, float[] Gradients, FeatureStatus[] Status)
{
    // What is not finite has its status; its numbers are whatever NaN the device makes.
    public bool SameBits(DistanceResult other, int dimension) =>
        Status.AsSpan().SequenceEqual(other.Status) &&
        Enumerable.Range(0, Status.Length).Where(row => Status[row] == FeatureStatus.Good).All(row =>
            BitConverter.SingleToInt32Bits(Distances[row]) == BitConverter.SingleToInt32Bits(other.Distances[row]) &&
            Bits.Same<float>(Gradients.AsSpan(row * dimension, dimension), other.Gradients.AsSpan(row * dimension, dimension)));
}
