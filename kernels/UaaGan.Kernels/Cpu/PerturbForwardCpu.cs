using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>
/// perturb_forward on the CPU, with the bits of the kernel. A tile of pixels passes through the first cache once: bytes are made planar,
/// each plane is perturbed from end to end, and bytes are interleaved again. Planes in turns would be slower: those of many image sizes
/// lie a multiple of 4 KiB apart, where a load waits for a store to the other.
/// </summary>
internal sealed unsafe class PerturbForwardCpu<T>(int threads) : IKernel<PerturbArguments>
    where T : unmanaged, IFloatLanes<T>
{
    private const int Group = 16;

    // Pixels of a tile: two planes of raw values and network input fill a quarter of the first cache.
    private const int Tile = 512;

    // Pixels of a piece of work: enough to make a thread worth while, small enough for many of them.
    private const int PixelsPerPart = 1 << 13;

    // A thread for less than this costs more than it saves.
    private const int PixelsPerThread = 1 << 14;

    // Network input of more bytes than this would not stay in the caches until it is read, and is stored past them: half as many bytes move.
    private const long MostCached = 16 << 20;

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
        bool around = copy.NetworkInput != null && pixels * copy.Channels * sizeof(float) > MostCached;
        int useful = (int)Math.Clamp(pixels / PixelsPerThread, 1, threads);
        CpuWork.ForEach(parts.Count, useful, part => done[part] = Part(copy, copy.Images[parts[part].Image], parts[part].First, around));
        for (int part = 0; part < done.Length; part++) copy.Statistics[parts[part].Image].Add(done[part]);
    }

    private static PerturbStatistics Part(in PerturbArguments arguments, ImageSpan image, int first, bool around)
    {
        int end = Math.Min(first + PixelsPerPart, image.Pixels);
        return arguments.Channels == 3 ? Part<Rgb>(arguments, image, first, end, around) : Part<Grey>(arguments, image, first, end, around);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static PerturbStatistics Part<TChannels>(in PerturbArguments arguments, ImageSpan image, int first, int end, bool around)
        where TChannels : struct, IChannels
    {
        var sums = default(Sums);
        var formula = new Formula(arguments, around);
        int pixel = first;
        float* raw = arguments.Raw + image.Offset;
        float* input = arguments.NetworkInput == null ? null : arguments.NetworkInput + image.Offset;
        byte* original = arguments.Original + image.Offset;
        byte* adversarial = arguments.Adversarial + image.Offset;
        byte* before = stackalloc byte[3 * Tile];
        byte* after = stackalloc byte[3 * Tile];
        for (int count; (count = Math.Min(end - pixel, Tile) / Group * Group) > 0; pixel += count)
        {
            byte* from = original + ((long)pixel * TChannels.Count);
            byte* to = adversarial + ((long)pixel * TChannels.Count);
            for (int i = 0; i < count; i += Group) TChannels.Separate(from + (i * TChannels.Count), before + i, Tile);
            for (int channel = 0; channel < TChannels.Count; channel++)
            {
                long planar = ((long)channel * image.Pixels) + pixel;
                formula.Apply(raw + planar, before + (channel * Tile), after + (channel * Tile), input == null ? null : input + planar, channel, count, ref sums);
            }

            for (int i = 0; i < count; i += Group) TChannels.Interleave(after + i, Tile, to + (i * TChannels.Count));
        }

        if (around && Sse.IsSupported) Sse.StoreFence();
        if (pixel < end) Tail<TChannels>(new Formula(arguments, around: false), raw, input, original, adversarial, image.Pixels, pixel, end - pixel, ref sums);
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

            formula.Apply(values, before, after, inputs, channel, Group, ref sums);
            for (int i = 0; i < count; i++)
            {
                adversarial[((long)(pixel + i) * TChannels.Count) + channel] = after[i];
                if (input != null) input[planar + i] = inputs[i];
            }
        }
    }

    /// <summary>What happens to the values of one channel.</summary>
    /// <param name="arguments">What is asked for.</param>
    /// <param name="around">Whether network input is stored past the caches, where it lies so that whole registers can be.</param>
    private readonly struct Formula(in PerturbArguments arguments, bool around)
    {
        private readonly float _levels = arguments.Levels;
        private readonly RawBound _bound = arguments.Bound;
        private readonly ChannelValues _scale = arguments.Scale;
        private readonly ChannelValues _bias = arguments.Bias;

        /// <summary>For a multiple of 16 values.</summary>
        public void Apply(float* raw, byte* original, byte* adversarial, float* input, int channel, int count, ref Sums sums)
        {
            if (_bound == RawBound.Tanh && _levels <= sbyte.MaxValue) Change(raw, original, adversarial, count, ref sums.NotANumber);
            else if (_bound == RawBound.Tanh) Perturb<TanhBound>(raw, original, adversarial, count, ref sums.NotANumber);
            else if (_bound == RawBound.Clamp) Perturb<ClampBound>(raw, original, adversarial, count, ref sums.NotANumber);
            else Perturb<ImageBound>(raw, original, adversarial, count, ref sums.NotANumber);
            sums.Add(original, adversarial, count);
            if (input != null) Normalize(adversarial, input, _scale[channel], _bias[channel], count);
        }

        /// <summary>
        /// What <see cref="Perturb"/> does with <see cref="TanhBound"/>, in fewer steps: an estimate of levels * tanh(value) says by how many
        /// levels to change, unless it lies so near the middle between two that the exact formula must decide.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Change(float* raw, byte* original, byte* adversarial, int count, ref uint notANumber)
        {
            T levels = T.Create(_levels), shift = T.Create(FloatMath.RoundingShift);
            // The exact formula rounds to float32 as well: its tangent, and a level of up to 255.
            T certain = T.Create(0.5f - (_levels * (FloatMath.RoughTanhError<T>() + 3e-7f)) - 4e-5f);
            for (int i = 0; i < count; i += T.Count)
            {
                var (numerator, reciprocal) = FloatMath.RoughTanh(T.Load(raw + i));
                var scaled = numerator * levels;
                var shifted = T.Fused(scaled, reciprocal, shift);
                if (T.AreAtMost(T.Magnitude(T.Fused(scaled, reciprocal, shift - shifted)), certain)) T.StoreChanged(shifted, original + i, adversarial + i);
                else Perturb<TanhBound>(raw + i, original + i, adversarial + i, T.Count, ref notANumber);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Perturb<TBound>(float* raw, byte* original, byte* adversarial, int count, ref uint notANumber)
            where TBound : struct, IBound
        {
            T zero = T.Create(0), most = T.Create(255), infinity = T.Create(float.PositiveInfinity), levels = T.Create(_levels);
            for (int i = 0; i < count; i += T.Count)
            {
                T value = T.Load(raw + i), before = T.LoadBytes(original + i);
                // NaN has no place at or below infinity: it perturbs nothing, and is counted.
                var level = T.WhereAtMost(value, infinity, TBound.Level(value, levels, before), before);
                notANumber += (uint)T.CountNotAtMost(value, infinity);
                T.StoreBytes(T.Smaller(T.Larger(level, zero), most), adversarial + i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Normalize(byte* levels, float* input, float scale, float bias, int count)
        {
            T factor = T.Create(scale), summand = T.Create(bias);
            if (around && (nuint)input % (nuint)sizeof(T) == 0)
            {
                for (int i = 0; i < count; i += T.Count) T.StoreAround(Normalized(levels + i, factor, summand), input + i);
            }
            else
            {
                for (int i = 0; i < count; i += T.Count) T.Store(Normalized(levels + i, factor, summand), input + i);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static T Normalized(byte* levels, T factor, T summand) => T.Fused(FloatMath.UnitOf(T.LoadBytes(levels)), factor, summand);
    }

    private interface IBound
    {
        /// <summary>The level of a raw value, before it is kept within 0 to 255.</summary>
        static abstract T Level(T value, T levels, T original);
    }

    private readonly struct TanhBound : IBound
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Level(T value, T levels, T original) => T.Fused(FloatMath.Tanh(value), levels, original);
    }

    private readonly struct ClampBound : IBound
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Level(T value, T levels, T original) => T.Fused(T.Smaller(T.Larger(value, T.Create(-1)), T.Create(1)), levels, original);
    }

    private readonly struct ImageBound : IBound
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Level(T value, T levels, T original) => T.Smaller(T.Larger(value * T.Create(255), original - levels), original + levels);
    }

    /// <summary>Statistics of up to 8192 pixels of three channels: 24576 squares of at most 65025 each stay below 2^32.</summary>
    private struct Sums
    {
        private Vector256<byte> _largest;
        private Vector256<uint> _sum;
        private Vector256<uint> _squares;

        public uint NotANumber;

        /// <summary>Adds the differences of a multiple of 16 bytes.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Add(byte* before, byte* after, int count)
        {
            var (largest, sum, squares) = (_largest, _sum, _squares);
            int i = 0;
            for (; i <= count - 32; i += 32) Add(Vector256.Load(before + i), Vector256.Load(after + i), ref largest, ref sum, ref squares);
            // Half a register: the other half of both is zero.
            if (i < count) Add(Vector128.Load(before + i).ToVector256(), Vector128.Load(after + i).ToVector256(), ref largest, ref sum, ref squares);
            (_largest, _sum, _squares) = (largest, sum, squares);
        }

        public readonly PerturbStatistics Statistics
        {
            get
            {
                byte largest = 0;
                for (int i = 0; i < Vector256<byte>.Count; i++) largest = Math.Max(largest, _largest[i]);
                return new PerturbStatistics { Sum = Vector256.Sum(_sum), Squares = Vector256.Sum(_squares), Largest = largest, NotANumber = NotANumber };
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Add(Vector256<byte> before, Vector256<byte> after, ref Vector256<byte> largest, ref Vector256<uint> sum, ref Vector256<uint> squares)
        {
            var difference = Vector256.Max(before, after) - Vector256.Min(before, after);
            largest = Vector256.Max(largest, difference);
            var (low, high) = Vector256.Widen(difference);
            var (a, b) = Vector256.Widen(low + high);
            sum += a + b;
            squares += Squares(low) + Squares(high);
        }

        // A square of 255 fits 16 bits without a sign.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static Vector256<uint> Squares(Vector256<ushort> differences)
        {
            if (Avx2.IsSupported) return Avx2.MultiplyAddAdjacent(differences.AsInt16(), differences.AsInt16()).AsUInt32();
            var (a, b) = Vector256.Widen(differences * differences);
            return a + b;
        }
    }

    private interface IChannels
    {
        static abstract int Count { get; }

        static abstract void Separate(byte* interleaved, byte* planes, int pitch);

        static abstract void Interleave(byte* planes, int pitch, byte* interleaved);
    }

    private readonly struct Rgb : IChannels
    {
        public static int Count => 3;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Separate(byte* interleaved, byte* planes, int pitch) => PixelPlanes.Separate(interleaved, planes, pitch);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Interleave(byte* planes, int pitch, byte* interleaved) => PixelPlanes.Interleave(planes, pitch, interleaved);
    }

    private readonly struct Grey : IChannels
    {
        public static int Count => 1;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Separate(byte* interleaved, byte* planes, int pitch) => Vector128.Load(interleaved).Store(planes);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Interleave(byte* planes, int pitch, byte* interleaved) => Vector128.Load(planes).Store(interleaved);
    }
}
