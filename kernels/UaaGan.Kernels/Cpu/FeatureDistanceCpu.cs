namespace UaaGan.Kernels;

/// <summary>feature_distance on the CPU, with the bits of the kernel.</summary>
internal sealed unsafe class FeatureDistanceCpu<T>(int threads) : IKernel<FeatureDistanceArguments>
    where T : unmanaged, IFloatLanes<T>
{
    // A thread for less than this costs more than it saves.
    private const int NumbersPerThread = 1 << 16;

    public void Run(in FeatureDistanceArguments arguments)
    {
        var copy = arguments;
        int useful = (int)Math.Clamp((long)copy.Count * copy.Dimension / NumbersPerThread, 1, threads);
        int pairsPerPart = Math.Max(NumbersPerThread / copy.Dimension, 1);
        CpuWork.ForEach(CpuWork.Parts(copy.Count, pairsPerPart), useful, part =>
        {
            float[] differences = new float[copy.Dimension];
            fixed (float* scratch = differences)
            {
                for (int pair = part * pairsPerPart; pair < Math.Min((part + 1) * pairsPerPart, copy.Count); pair++) Measure(copy, pair, scratch);
            }
        });
    }

    private static void Measure(in FeatureDistanceArguments arguments, int pair, float* differences)
    {
        int dimension = arguments.Dimension, whole = dimension - (dimension % T.Count);
        long start = (long)pair * dimension;
        Subtract<T>(arguments.Adversarial + start, arguments.Clean + start, arguments.Shift, differences, whole);
        Subtract<Lanes1>(arguments.Adversarial + start + whole, arguments.Clean + start + whole, arguments.Shift, differences + whole, dimension - whole);

        float squares = FixedOrder.SumOfSquares<T>(differences, dimension);
        float distance = arguments.Squared != 0 ? squares : MathF.Sqrt(squares);
        arguments.Distances[pair] = distance;
        arguments.Status[pair] = float.IsFinite(squares) ? FeatureStatus.Good : FeatureStatus.NotFinite;
        if (arguments.Gradients == null) return;
        Gradient<T>(differences, distance, arguments.Squared != 0, arguments.Gradients + start, whole);
        Gradient<Lanes1>(differences + whole, distance, arguments.Squared != 0, arguments.Gradients + start + whole, dimension - whole);
    }

    private static void Subtract<TLanes>(float* adversarial, float* clean, float shift, float* differences, int count)
        where TLanes : unmanaged, IFloatLanes<TLanes>
    {
        var summand = TLanes.Create(shift);
        for (int d = 0; d < count; d += TLanes.Count) TLanes.Store((TLanes.Load(adversarial + d) - TLanes.Load(clean + d)) + summand, differences + d);
    }

    private static void Gradient<TLanes>(float* differences, float distance, bool squared, float* gradient, int count)
        where TLanes : unmanaged, IFloatLanes<TLanes>
    {
        var divisor = TLanes.Create(distance);
        for (int d = 0; d < count; d += TLanes.Count)
        {
            var difference = TLanes.Load(differences + d);
            TLanes.Store(squared ? difference + difference : distance > 0 ? difference / divisor : TLanes.Create(0), gradient + d);
        }
    }
}
