using System.Numerics;
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

    // Pixels of a tile: its planes lie in the first cache with what is asked of memory for the next one, and what it stores past the caches is less
    // than the processor can have under way.
    private const int Tile = 256;

    // A register of AVX-512 that crosses the border of two lines costs two.
    private const int CacheLine = 64;

    // Pixels of a piece of work: enough to make a thread worth while, small enough for many of them.
    private const int PixelsPerPart = 1 << 13;

    // A thread for less than this costs more than it saves.
    private const int PixelsPerThread = 1 << 14;

    // Network input of more bytes than this would not stay in the caches until it is read, and is stored past them: half as many bytes move.
    private const long MostCached = 16 << 20;

    // The last call's, which is mostly the next one's: a table takes longer to make than an image to perturb.
    private BudgetTable _last = new(0);

    public void Run(in PerturbArguments arguments)
    {
        var copy = arguments;
        var table = arguments.Bound == RawBound.Tanh && T.Count == Vector512<float>.Count ? Table(arguments.Levels) : BudgetTable.None;
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
        CpuWork.ForEach(parts.Count, useful, part => done[part] = Part(copy, table, copy.Images[parts[part].Image], parts[part].First, around));
        for (int part = 0; part < done.Length; part++) copy.Statistics[parts[part].Image].Add(done[part]);
    }

    private BudgetTable Table(float levels)
    {
        var last = Volatile.Read(ref _last);
        if (last.Levels != levels) Volatile.Write(ref _last, last = new BudgetTable(levels));
        return last;
    }

    private static PerturbStatistics Part(in PerturbArguments arguments, BudgetTable table, ImageSpan image, int first, bool around)
    {
        int end = Math.Min(first + PixelsPerPart, image.Pixels);
        return arguments.Channels == 3 ? Part<Rgb>(arguments, table, image, first, end, around) : Part<Grey>(arguments, table, image, first, end, around);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static PerturbStatistics Part<TChannels>(in PerturbArguments arguments, BudgetTable table, ImageSpan image, int first, int end, bool around)
        where TChannels : struct, IChannels
    {
        var sums = default(Sums);
        var formula = new Formula(arguments, table, around);
        int pixel = first;
        float* raw = arguments.Raw + image.Offset;
        float* input = arguments.NetworkInput == null ? null : arguments.NetworkInput + image.Offset;
        byte* original = arguments.Original + image.Offset;
        byte* adversarial = arguments.Adversarial + image.Offset;
        byte* room = stackalloc byte[(6 * Tile) + CacheLine];
        byte* before = room + ((CacheLine - ((nuint)room % CacheLine)) % CacheLine);
        byte* after = before + (3 * Tile);
        for (int count; (count = Math.Min(end - pixel, Tile) / Group * Group) > 0; pixel += count)
        {
            byte* from = original + ((long)pixel * TChannels.Count);
            byte* to = adversarial + ((long)pixel * TChannels.Count);
            TChannels.Separate(from, before, Tile, count);
            for (int channel = 0; channel < TChannels.Count; channel++)
            {
                long planar = ((long)channel * image.Pixels) + pixel;
                formula.Apply(raw + planar, before + (channel * Tile), after + (channel * Tile), input == null ? null : input + planar, channel, count, ref sums);
            }

            TChannels.Interleave(after, Tile, to, count, around);
        }

        if (around && Sse.IsSupported) Sse.StoreFence();
        if (pixel < end) Tail<TChannels>(new Formula(arguments, table, around: false), raw, input, original, adversarial, image.Pixels, pixel, end - pixel, ref sums);
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

    /// <summary>The table of a budget, where it has one. Tiles refer to it: a copy for each would cost a tenth of their time.</summary>
    private sealed class BudgetTable(float levels)
    {
        private readonly LevelTable? _values = LevelTable.For(levels);

        /// <summary>Of what goes by no table.</summary>
        public static BudgetTable None { get; } = new(0);

        public float Levels => levels;

        public bool IsThere => _values.HasValue;

        public ref readonly LevelTable Values => ref Nullable.GetValueRefOrDefaultRef(in _values);
    }

    /// <summary>What happens to the values of one channel.</summary>
    /// <param name="arguments">What is asked for.</param>
    /// <param name="table">The budget's table, where it has one.</param>
    /// <param name="around">Whether network input is stored past the caches, where it lies so that whole registers can be.</param>
    private readonly struct Formula(in PerturbArguments arguments, BudgetTable table, bool around)
    {
        private readonly float _levels = arguments.Levels;
        private readonly RawBound _bound = arguments.Bound;
        private readonly ChannelValues _scale = arguments.Scale;
        private readonly ChannelValues _bias = arguments.Bias;
        private readonly BudgetTable _table = table;

        /// <summary>For a multiple of 16 values, at most a tile of them.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Apply(float* raw, byte* original, byte* adversarial, float* input, int channel, int count, ref Sums sums)
        {
            int done = _table.IsThere ? LookUp(in _table.Values, raw, original, adversarial, count, ref sums) : 0;
            if (done < count)
            {
                Change(raw + done, original + done, adversarial + done, count - done, ref sums.NotANumber);
                sums.Add(original + done, adversarial + done, count - done);
            }

            if (input != null) Normalize(adversarial, input, _scale[channel], _bias[channel], count);
        }

        private void Change(float* raw, byte* original, byte* adversarial, int count, ref uint notANumber)
        {
            if (_bound == RawBound.Tanh && _levels <= sbyte.MaxValue) ChangeByEstimate(raw, original, adversarial, count, ref notANumber);
            else if (_bound == RawBound.Tanh) Perturb<T, TanhBound>(raw, original, adversarial, count, ref notANumber);
            else if (_bound == RawBound.Clamp) Perturb<T, ClampBound>(raw, original, adversarial, count, ref notANumber);
            else Perturb<T, ImageBound>(raw, original, adversarial, count, ref notANumber);
        }

        /// <summary>
        /// What <see cref="Change"/> does, by table, for as many whole registers of bytes as there are, and the statistics of these; returns how many
        /// values that is: none where one of them is no number. Doubts are settled in the end: a branch for each would be foreseen wrongly.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private int LookUp(in LevelTable shared, float* raw, byte* original, byte* adversarial, int count, ref Sums sums)
        {
            // What is read again after each store, if it does not lie in registers.
            var table = shared;
            var notNumbers = Vector512<short>.Zero;
            var (largest, sum, squares) = (Vector512<byte>.Zero, Vector512<uint>.Zero, Vector512<uint>.Zero);
            // A bit for each register.
            uint doubtful = 0;
            int i = 0;
            for (; i <= count - LevelTable.Count; i += LevelTable.Count)
            {
                Prefetch(raw + i + Tile);
                var before = Vector512.Load(original + i);
                var after = table.Change(raw + i, before, ref notNumbers, out bool isInDoubt);
                after.Store(adversarial + i);
                doubtful |= (isInDoubt ? 1u : 0u) << (i / LevelTable.Count);

                // No level changes a byte by more than 127.
                var difference = Vector512.Abs((after - before).AsSByte()).AsByte();
                largest = Vector512.Max(largest, difference);
                sum += Avx512BW.SumAbsoluteDifferences(difference, Vector512<byte>.Zero).AsUInt32();
                // Of differences of at most 127 the sum of two squares fits 16 bits.
                squares += Avx512BW.MultiplyAddAdjacent(Avx512BW.MultiplyAddAdjacent(difference, difference.AsSByte()), Vector512<short>.One).AsUInt32();
            }

            if (notNumbers.ExtractMostSignificantBits() != 0) return 0;
            sums.Add(largest, sum, squares);
            for (; doubtful != 0; doubtful &= doubtful - 1)
            {
                int first = BitOperations.TrailingZeroCount(doubtful) * LevelTable.Count;
                Settle(in shared, raw + first, original + first, adversarial + first, ref sums);
            }

            return i;
        }

        /// <summary>The exact formula for those of a register's values of which the table is not sure.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Settle(in LevelTable table, float* raw, byte* original, byte* adversarial, ref Sums sums)
        {
            for (ulong doubts = table.InDoubt(raw); doubts != 0; doubts &= doubts - 1)
            {
                int i = BitOperations.TrailingZeroCount(doubts);
                byte lower = adversarial[i];
                Perturb<Lanes1, TanhBound>(raw + i, original + i, adversarial + i, 1, ref sums.NotANumber);
                if (adversarial[i] != lower) sums.Replace(original[i], lower, adversarial[i]);
            }
        }

        // The next tile's values of this plane, which the processor does not foresee: it sees each plane for a moment only.
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void Prefetch(float* raw)
        {
            for (int line = 0; line < LevelTable.Count; line += 16) Sse.Prefetch0(raw + line);
        }

        /// <summary>
        /// What <see cref="Perturb"/> does with <see cref="TanhBound"/>, in fewer steps: an estimate of levels * tanh(value) says by how many
        /// levels to change, unless it lies so near the middle between two that the exact formula must decide.
        /// </summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void ChangeByEstimate(float* raw, byte* original, byte* adversarial, int count, ref uint notANumber)
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
                else Perturb<T, TanhBound>(raw + i, original + i, adversarial + i, T.Count, ref notANumber);
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Perturb<TLanes, TBound>(float* raw, byte* original, byte* adversarial, int count, ref uint notANumber)
            where TLanes : unmanaged, IFloatLanes<TLanes>
            where TBound : struct, IBound
        {
            TLanes zero = TLanes.Create(0), most = TLanes.Create(255), infinity = TLanes.Create(float.PositiveInfinity), levels = TLanes.Create(_levels);
            for (int i = 0; i < count; i += TLanes.Count)
            {
                TLanes value = TLanes.Load(raw + i), before = TLanes.LoadBytes(original + i);
                // NaN has no place at or below infinity: it perturbs nothing, and is counted.
                var level = TLanes.WhereAtMost(value, infinity, TBound.Level(value, levels, before), before);
                notANumber += (uint)TLanes.CountNotAtMost(value, infinity);
                TLanes.StoreBytes(TLanes.Smaller(TLanes.Larger(level, zero), most), adversarial + i);
            }
        }

        private void Normalize(byte* levels, float* input, float scale, float bias, int count)
        {
            // A scale so small that its last bits would be lost on the way takes another.
            if (scale / T.UnitScale * T.UnitScale == scale) Normalize<T>(levels, input, scale, bias, count);
            else Normalize<Lanes1>(levels, input, scale, bias, count);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void Normalize<TLanes>(byte* levels, float* input, float scale, float bias, int count)
            where TLanes : unmanaged, IFloatLanes<TLanes>
        {
            TLanes factor = TLanes.Create(scale / TLanes.UnitScale), summand = TLanes.Create(bias);
            if (around && (nuint)input % (nuint)sizeof(TLanes) == 0)
            {
                for (int i = 0; i < count; i += TLanes.Count) TLanes.StoreAround(TLanes.Fused(TLanes.LoadUnits(levels + i), factor, summand), input + i);
            }
            else
            {
                for (int i = 0; i < count; i += TLanes.Count) TLanes.Store(TLanes.Fused(TLanes.LoadUnits(levels + i), factor, summand), input + i);
            }
        }
    }

    private interface IBound
    {
        /// <summary>The level of a raw value, before it is kept within 0 to 255.</summary>
        static abstract TLanes Level<TLanes>(TLanes value, TLanes levels, TLanes original)
            where TLanes : unmanaged, IFloatLanes<TLanes>;
    }

    private readonly struct TanhBound : IBound
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Level<TLanes>(TLanes value, TLanes levels, TLanes original)
            where TLanes : unmanaged, IFloatLanes<TLanes> => TLanes.Fused(FloatMath.Tanh(value), levels, original);
    }

    private readonly struct ClampBound : IBound
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Level<TLanes>(TLanes value, TLanes levels, TLanes original)
            where TLanes : unmanaged, IFloatLanes<TLanes> => TLanes.Fused(TLanes.Smaller(TLanes.Larger(value, TLanes.Create(-1)), TLanes.Create(1)), levels, original);
    }

    private readonly struct ImageBound : IBound
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TLanes Level<TLanes>(TLanes value, TLanes levels, TLanes original)
            where TLanes : unmanaged, IFloatLanes<TLanes> => TLanes.Smaller(TLanes.Larger(value * TLanes.Create(255), original - levels), original + levels);
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

        public void Add(Vector512<byte> largest, Vector512<uint> sum, Vector512<uint> squares)
        {
            _largest = Vector256.Max(_largest, Vector256.Max(largest.GetLower(), largest.GetUpper()));
            _sum += sum.GetLower() + sum.GetUpper();
            _squares += squares.GetLower() + squares.GetUpper();
        }

        /// <summary>Takes away the difference of one byte that was added, and adds that of another, which is larger.</summary>
        public void Replace(byte before, byte added, byte right)
        {
            int less = Math.Abs(added - before), more = Math.Abs(right - before);
            _largest = Vector256.Max(_largest, Vector256.CreateScalar((byte)more));
            _sum += Vector256.CreateScalar((uint)(more - less));
            _squares += Vector256.CreateScalar((uint)((more * more) - (less * less)));
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

        static abstract void Separate(byte* interleaved, byte* planes, int pitch, int pixels);

        static abstract void Interleave(byte* planes, int pitch, byte* interleaved, int pixels, bool around);
    }

    private readonly struct Rgb : IChannels
    {
        public static int Count => 3;

        public static void Separate(byte* interleaved, byte* planes, int pitch, int pixels) => PixelPlanes.Separate(interleaved, planes, pitch, pixels);

        public static void Interleave(byte* planes, int pitch, byte* interleaved, int pixels, bool around) => PixelPlanes.Interleave(planes, pitch, interleaved, pixels, around);
    }

    private readonly struct Grey : IChannels
    {
        public static int Count => 1;

        public static void Separate(byte* interleaved, byte* planes, int pitch, int pixels) => new ReadOnlySpan<byte>(interleaved, pixels).CopyTo(new Span<byte>(planes, pixels));

        public static void Interleave(byte* planes, int pitch, byte* interleaved, int pixels, bool around) => new ReadOnlySpan<byte>(planes, pixels).CopyTo(new Span<byte>(interleaved, pixels));
    }
}
