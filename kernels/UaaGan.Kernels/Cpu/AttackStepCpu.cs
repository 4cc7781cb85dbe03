namespace UaaGan.Kernels;

/// <summary>attack_step on the CPU, with the bits of the kernel.</summary>
internal sealed unsafe class AttackStepCpu<T>(int threads) : IKernel<AttackStepArguments>
    where T : unmanaged, IFloatLanes<T>
{
    private const int Chunk = AttackStepArguments.ElementsPerSum;

    // A thread for less than this costs more than it saves.
    private const int ElementsPerThread = 1 << 16;

    public void Run(in AttackStepArguments arguments)
    {
        var copy = arguments;
        var chunks = new List<(int Image, long First)>();
        long elements = 0;
        for (int image = 0; image < copy.ImageCount; image++)
        {
            long ofImage = Elements(copy, image);
            elements += ofImage;
            for (long first = 0; first < ofImage; first += Chunk) chunks.Add((image, first));
        }

        int useful = (int)Math.Clamp(elements / ElementsPerThread, 1, threads);
        float[] means = new float[copy.ImageCount];
        if (copy.Momentum != null)
        {
            CpuWork.ForEach(chunks.Count, useful, chunk =>
            {
                var (image, first) = chunks[chunk];
                copy.Sums[((long)image * copy.SumsStride) + (first / Chunk)] =
                    FixedOrder.SumOfChunk<T>(copy.Gradient + copy.Images[image].Offset + first, (int)Math.Min(Chunk, Elements(copy, image) - first));
            });
            for (int image = 0; image < means.Length; image++) means[image] = Mean(copy, image);
        }

        uint[] notFinite = new uint[chunks.Count];
        CpuWork.ForEach(chunks.Count, useful, chunk =>
        {
            var (image, first) = chunks[chunk];
            notFinite[chunk] = Step(copy, copy.Images[image].Offset + first, (int)Math.Min(Chunk, Elements(copy, image) - first), means[image]);
        });
        for (int chunk = 0; chunk < notFinite.Length; chunk++) copy.NotFinite[chunks[chunk].Image] += notFinite[chunk];
    }

    private static long Elements(in AttackStepArguments arguments, int image) => (long)arguments.Images[image].Pixels * arguments.Channels;

    private static float Mean(in AttackStepArguments arguments, int image)
    {
        long elements = Elements(arguments, image);
        float mean = FixedOrder.SumOverWarp(arguments.Sums + ((long)image * arguments.SumsStride), (elements + Chunk - 1) / Chunk) / elements;
        return mean > 1e-30f ? mean : 1e-30f;
    }

    private static uint Step(in AttackStepArguments arguments, long start, int count, float mean)
    {
        int whole = count - (count % T.Count);
        uint notFinite = Step<T>(arguments, start, whole, mean);
        return notFinite + Step<Lanes1>(arguments, start + whole, count - whole, mean);
    }

    private static uint Step<TLanes>(in AttackStepArguments arguments, long start, int count, float mean)
        where TLanes : unmanaged, IFloatLanes<TLanes>
    {
        uint notFinite = 0;
        TLanes zero = TLanes.Create(0), one = TLanes.Create(1), finite = TLanes.Create(float.MaxValue);
        TLanes size = TLanes.Create(arguments.Size), epsilon = TLanes.Create(arguments.Epsilon), decay = TLanes.Create(arguments.Decay), divisor = TLanes.Create(mean);
        for (long i = start; i < start + count; i += TLanes.Count)
        {
            TLanes gradient = TLanes.Load(arguments.Gradient + i), point = TLanes.Load(arguments.Point + i), image = TLanes.Load(arguments.Image + i);
            var magnitude = TLanes.Magnitude(gradient);
            notFinite += (uint)TLanes.CountNotAtMost(magnitude, finite);
            var direction = TLanes.WhereAtMost(magnitude, finite, gradient, zero);
            if (arguments.Momentum != null)
            {
                direction /= divisor;
                if (arguments.First == 0) direction = (TLanes.Load(arguments.Momentum + i) * decay) + direction;
                TLanes.Store(direction, arguments.Momentum + i);
            }

            // Neither above zero nor below: zero, or no number.
            var step = TLanes.WithSign(size, direction);
            step = TLanes.WhereAtMost(TLanes.Magnitude(direction), zero, zero, step);
            step = TLanes.WhereAtMost(direction, TLanes.Create(float.PositiveInfinity), step, zero);
            var next = TLanes.Larger(point + step, image - epsilon);
            next = TLanes.Smaller(next, image + epsilon);
            next = TLanes.Smaller(TLanes.Larger(next, zero), one);
            TLanes.Store(TLanes.WhereAtMost(magnitude, finite, next, point), arguments.Next + i);
        }

        return notFinite;
    }
}
