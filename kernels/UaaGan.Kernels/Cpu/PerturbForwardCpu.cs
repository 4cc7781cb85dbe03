using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace UaaGan.Kernels;

/// <summary>perturb_forward on the CPU, with the bits of the kernel. 16 pixels at a time pass through the first cache once.</summary>
internal sealed unsafe class PerturbForwardCpu<T>(int threads) : IKernel<PerturbArguments>
    where T : unmanaged, IFloatLanes<T>
{
    private const int Group = 16;

    // Pixels of a piece of work: enough to make a thread worth while, small enough for many of them.
    private const int PixelsPerPart = 1 << 13;

    // A thread for less than this costs more than it saves.
    private const int PixelsPerThread = 1 << 14;

    public void Run(in PerturbArguments arguments)
    {
        var copy = arguments;
        var parts = new List<(int Image, int First)>();
        long pixels = 0;
        for (int image = 0; image < copy.ImageCount; image++)
        {
            pixels += copy.Images[image].Pixels;
            for (int first = 0; first < copy.Images[image].Pixels; first += PixelsPerPart) parts.Add((image, first));
        }

        var done = new PerturbStatistics[parts.Count];
        int useful = (int)Math.Clamp(pixels / PixelsPerThread, 1, threads);
        CpuWork.ForEach(parts.Count, useful, part => done[part] = Part(copy, copy.Images[parts[part].Image], parts[part].First));
        for (int part = 0; part < done.Length; part++) copy.Statistics[parts[part].Image].Add(done[part]);
    }

    private static PerturbStatistics Part(in PerturbArguments arguments, ImageSpan image, int first)
    {
        int end = Math.Min(first + PixelsPerPart, image.Pixels);
        return arguments.Channels == 3 ? Part<Rgb>(arguments, image, first, end) : Part<Grey>(arguments, image, first, end);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static PerturbStatistics Part<TChannels>(in PerturbArguments arguments, ImageSpan image, int first, int end)
        where TChannels : struct, IChannels
    {
        var sums = default(Sums);
        var formula = new Formula(arguments);
        int pixel = first;
        float* raw = arguments.Raw + image.Offset;
        float* input = arguments.NetworkInput == null ? null : arguments.NetworkInput + image.Offset;
        byte* original = arguments.Original + image.Offset;
        byte* adversarial = arguments.Adversarial + image.Offset;
        byte* before = stackalloc byte[3 * Group];
        byte* after = stackalloc byte[3 * Group];
        for (; pixel <= end - Group; pixel += Group)
        {
            TChannels.Separate(original + ((long)pixel * TChannels.Count), before);
            for (int channel = 0; channel < TChannels.Count; channel++)
            {
                long planar = ((long)channel * image.Pixels) + pixel;
                formula.Apply(raw + planar, before + (channel * Group), after + (channel * Group), input == null ? null : input + planar, channel, ref sums);
            }

            TChannels.Interleave(after, adversarial + ((long)pixel * TChannels.Count));
        }

        if (pixel < end) Tail<TChannels>(formula, raw, input, original, adversarial, image.Pixels, pixel, end - pixel, ref sums);
        return sums.Statistics;
    }

    // The last pixels go through buffers of a whole group; what is behind them is zero, stays zero and counts for nothing.
    private static void Tail<TChannels>(in Formula formula, float* raw, float* input, byte* original, byte* adversarial, int pixels, int pixel, int count, ref Sums sums)
        where TChannels : struct, IChannels
    {
        float* values = stackalloc float[Group];
        float* inputs = stackalloc float[Group];
        byte* before = stackalloc byte[Group];
        byte* after = stackalloc byte[Group];
        for (int channel = 0; channel < TChannels.Count; channel++)
        {
            new Span<float>(values, Group).Clear();
            new Span<byte>(before, Group).Clear();
            long planar = ((long)channel * pixels) + pixel;
            for (int i = 0; i < count; i++)
            {
                values[i] = raw[planar + i];
                before[i] = original[((long)(pixel + i) * TChannels.Count) + channel];
            }

            formula.Apply(values, before, after, inputs, channel, ref sums);
            for (int i = 0; i < count; i++)
            {
                adversarial[((long)(pixel + i) * TChannels.Count) + channel] = after[i];
                if (input != null) input[planar + i] = inputs[i];
            }
        }
    }

    /// <summary>What happens to a value, for 16 of one channel.</summary>
    private readonly struct Formula(in PerturbArguments arguments)
    {
        private readonly T _levels = T.Create(arguments.Levels);
        private readonly bool _tanh = arguments.Bound == RawBound.Tanh;
        private readonly ChannelValues _scale = arguments.Scale;
        private readonly ChannelValues _bias = arguments.Bias;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Apply(float* raw, byte* original, byte* adversarial, float* input, int channel, ref Sums sums)
        {
            var zero = T.Create(0);
            var most = T.Create(255);
            var infinity = T.Create(float.PositiveInfinity);
            for (int i = 0; i < Group; i += T.Count)
            {
                var value = T.Load(raw + i);
                var bounded = _tanh ? FloatMath.Tanh(value) : T.Smaller(T.Larger(value, T.Create(-1)), T.Create(1));
                // NaN has no place at or below infinity: it perturbs nothing, and is counted.
                bounded = T.WhereAtMost(value, infinity, bounded, zero);
                sums.NotANumber += (uint)T.CountNotAtMost(value, infinity);
                var level = T.Fused(bounded, _levels, T.LoadBytes(original + i));
                T.StoreBytes(T.Smaller(T.Larger(level, zero), most), adversarial + i);
            }

            sums.Add(Vector128.Load(original), Vector128.Load(adversarial));
            if (input == null) return;
            T scale = T.Create(_scale[channel]), bias = T.Create(_bias[channel]);
            for (int i = 0; i < Group; i += T.Count) T.Store(T.Fused(FloatMath.UnitOf(T.LoadBytes(adversarial + i)), scale, bias), input + i);
        }
    }

    /// <summary>Statistics of up to 8192 pixels of three channels: 24576 squares of at most 65025 each stay below 2^32.</summary>
    private struct Sums
    {
        private Vector128<byte> _largest;
        private Vector128<uint> _sum;
        private Vector128<uint> _squares;

        public uint NotANumber;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector128<byte> before, Vector128<byte> after)
        {
            var difference = Vector128.Max(before, after) - Vector128.Min(before, after);
            _largest = Vector128.Max(_largest, difference);
            var (low, high) = Vector128.Widen(difference);
            var (a, b) = Vector128.Widen(low + high);
            _sum += a + b;
            _squares += Squares(low) + Squares(high);
        }

        public readonly PerturbStatistics Statistics
        {
            get
            {
                byte largest = 0;
                for (int i = 0; i < Vector128<byte>.Count; i++) largest = Math.Max(largest, _largest[i]);
                ulong squares = 0;
                for (int i = 0; i < Vector128<uint>.Count; i++) squares += _squares[i];
                return new PerturbStatistics { Sum = Vector128.Sum(_sum), Squares = squares, Largest = largest, NotANumber = NotANumber };
            }
        }

        // A square of 255 fits 16 bits without a sign.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector128<uint> Squares(Vector128<ushort> differences)
        {
            var (a, b) = Vector128.Widen(differences * differences);
            return a + b;
        }
    }

    private interface IChannels
    {
        static abstract int Count { get; }

        static abstract void Separate(byte* interleaved, byte* planes);

        static abstract void Interleave(byte* planes, byte* interleaved);
    }

    private readonly struct Rgb : IChannels
    {
        public static int Count => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Separate(byte* interleaved, byte* planes) => PixelPlanes.Separate(interleaved, planes);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Interleave(byte* planes, byte* interleaved) => PixelPlanes.Interleave(planes, interleaved);
    }

    private readonly struct Grey : IChannels
    {
        public static int Count => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Separate(byte* interleaved, byte* planes) => Vector128.Load(interleaved).Store(planes);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Interleave(byte* planes, byte* interleaved) => Vector128.Load(planes).Store(interleaved);
    }
}
