using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>16 numbers: AVX-512F.</summary>
internal readonly unsafe struct Lanes512(Vector512<float> value) : IFloatLanes<Lanes512>
{
    private readonly Vector512<float> _value = value;

    // Each of the register's four parts has the same 16 bytes, and takes four of its own.
    private static Vector512<byte> FourTimes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Vector512.Create(
            0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6, 7, 7, 7, 7,
            8, 8, 8, 8, 9, 9, 9, 9, 10, 10, 10, 10, 11, 11, 11, 11, 12, 12, 12, 12, 13, 13, 13, 13, 14, 14, 14, 14, 15, 15, 15, (byte)15);
    }

    public static int Count => 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Create(float value) => new(Vector512.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Load(float* from) => new(Vector512.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes512 value, float* to) => value._value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAround(Lanes512 value, float* to) => value._value.StoreAlignedNonTemporal(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadBytes(byte* from) => new(Avx512F.ConvertToVector512Single(Avx512F.ConvertToVector512Int32(Vector128.Load(from))));

    // byte / 255 is the byte again and again behind the binary point. Four of them make an integer; of these a float leaves out as many bits as the byte
    // has, which are the byte, at least half of the last bit kept, and more follows: the nearest is always the one above.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 LoadUnits(byte* from) => new(Avx512F.ConvertToVector512Single(
        Avx512BW.Shuffle(Avx512F.BroadcastVector128ToVector512((uint*)from).AsByte(), FourTimes).AsUInt32(), FloatRoundingMode.ToPositiveInfinity));

    // 2^32.
    public static float UnitScale => 4294967296f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Lanes512 value, byte* to) => Avx512F.ConvertToVector128Byte(Avx512F.ConvertToVector512Int32(value._value).AsUInt32()).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreChanged(Lanes512 changes, byte* original, byte* to) =>
        Saturating.Add(Vector128.Load(original), Avx512F.ConvertToVector128SByte(changes._value.AsInt32())).Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator +(Lanes512 a, Lanes512 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator -(Lanes512 a, Lanes512 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator *(Lanes512 a, Lanes512 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 operator /(Lanes512 a, Lanes512 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 RoughReciprocal(Lanes512 a) => new(Avx512F.Reciprocal14(a._value));

    // 1 / 2^14.
    public static float RoughError => 6.11e-5f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Fused(Lanes512 a, Lanes512 b, Lanes512 c) => new(Avx512F.FusedMultiplyAdd(a._value, b._value, c._value));

    // The processor's maximum and minimum give the second operand where one is not a number, and where both are zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Larger(Lanes512 a, Lanes512 b) => new(Avx512F.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Smaller(Lanes512 a, Lanes512 b) => new(Avx512F.Min(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 SquareRoot(Lanes512 a) => new(Vector512.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 Magnitude(Lanes512 a) => new(Vector512.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WithSign(Lanes512 a, Lanes512 b) => new(Vector512.ConditionalSelect(Vector512.Create(-0f), b._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 PowerOfTwo(Lanes512 shifted) => new(((shifted._value.AsInt32() << 23) + Vector512.Create(0x3f800000)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes512 WhereAtMost(Lanes512 condition, Lanes512 limit, Lanes512 a, Lanes512 b) =>
        new(Vector512.ConditionalSelect(Vector512.LessThanOrEqual(condition._value, limit._value), a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreAtMost(Lanes512 a, Lanes512 limit) => Vector512.LessThanOrEqualAll(a._value, limit._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountNotAtMost(Lanes512 a, Lanes512 limit) =>
        Count - BitOperations.PopCount(Vector512.LessThanOrEqual(a._value, limit._value).ExtractMostSignificantBits());
}
