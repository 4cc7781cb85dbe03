using System.Runtime.CompilerServices;

namespace UaaGan.Kernels;

/// <summary>feature_pack on the CPU, with the bits of the kernel.</summary>
internal sealed unsafe class FeaturePackCpu<T>(int threads) : IKernel<FeaturePackArguments>
    where T : unmanaged, IFloatLanes<T>
{
    private const float LargestComponent = 1e15f;
    private const float SmallestNorm = 1e-6f;

    // A thread for less than this costs more than it saves.
    private const int NumbersPerThread = 1 << 15;

    public void Run(in FeaturePackArguments arguments)
    {
        var copy = arguments;
        int useful = (int)Math.Clamp((long)copy.Count * copy.Dimension / NumbersPerThread, 1, threads);
        int rowsPerPart = Math.Max(NumbersPerThread / copy.Dimension, 1);
        CpuWork.ForEach(CpuWork.Parts(copy.Count, rowsPerPart), useful, part =>
        {
            for (int row = part * rowsPerPart; row < Math.Min((part + 1) * rowsPerPart, copy.Count); row++) Pack(copy, row);
        });
    }

    private static void Pack(in FeaturePackArguments arguments, int row)
    {
        int dimension = arguments.Dimension;
        float* feature = arguments.Features + ((long)row * dimension);
        float* unit = arguments.Unit + ((long)row * dimension);
        ushort* packed = arguments.Packed + ((long)row * arguments.Stride);
        var status = Status(feature, dimension, out float norm);
        new Span<ushort>(packed, arguments.Stride).Clear();
        arguments.Status[row] = status;
        if (status != FeatureStatus.Good)
        {
            new Span<float>(unit, dimension).Clear();
            arguments.Residuals[row] = 0;
            return;
        }

        int whole = dimension - (dimension % T.Count);
        Divide<T>(feature, norm, unit, whole);
        Divide<Lanes1>(feature + whole, norm, unit + whole, dimension - whole);
        arguments.Residuals[row] = UpperNorm(Round(unit, packed, dimension), dimension);
    }

    private static FeatureStatus Status(float* feature, int dimension, out float norm)
    {
        norm = 0;
        for (int d = 0; d < dimension; d++)
        {
            if (!(MathF.Abs(feature[d]) <= LargestComponent)) return FeatureStatus.NotFinite;
        }

        norm = MathF.Sqrt(DoubleFloatSum.OfSquares<T>(feature, dimension));
        if (MathF.Abs(norm - 1) <= 1f / (1 << 23)) norm = 1;
        return norm < SmallestNorm ? FeatureStatus.TooShort : FeatureStatus.Good;
    }

    private static void Divide<TLanes>(float* feature, float norm, float* unit, int count)
        where TLanes : unmanaged, IFloatLanes<TLanes>
    {
        var divisor = TLanes.Create(norm);
        for (int d = 0; d < count; d += TLanes.Count) TLanes.Store(TLanes.Load(feature + d) / divisor, unit + d);
    }

    // The sum of squares of what bfloat16, ties to even, takes away.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Round(float* unit, ushort* packed, int dimension)
    {
        Span<float> lanes = stackalloc float[FixedOrder.Warp];
        lanes.Clear();
        for (int start = 0; start < dimension; start += FixedOrder.Warp)
        {
            int count = Math.Min(FixedOrder.Warp, dimension - start);
            for (int lane = 0; lane < count; lane++)
            {
                uint bits = BitConverter.SingleToUInt32Bits(unit[start + lane]);
                uint copy = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
                float lost = unit[start + lane] - BitConverter.UInt32BitsToSingle(copy << 16);
                packed[start + lane] = (ushort)copy;
                lanes[lane] = MathF.FusedMultiplyAdd(lost, lost, lanes[lane]);
            }
        }

        return FixedOrder.Butterfly(lanes);
    }

    private static float UpperNorm(float squares, int dimension)
    {
        float room = 1 + ((dimension + 64) * (1f / (1 << 23)));
        return MathF.Sqrt(squares * room) * (1 + (1f / (1 << 22)));
    }
}
