using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Kernels;

/// <summary>8 numbers: AVX2 with FMA.</summary>
internal readonly unsafe struct Lanes256(Vector256<float> value) : IFloatLanes<Lanes256>
{
    private readonly Vector256<float> _value = value;

    public static int Count => 8;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Create(float value) => new(Vector256.Create(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Load(float* from) => new(Vector256.Load(from));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Lanes256 value, float* to) => value._value.Store(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreAround(Lanes256 value, float* to) => value._value.StoreAlignedNonTemporal(to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadBytes(byte* from) => new(Avx.ConvertToVector256Single(Avx2.ConvertToVector256Int32(from)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 LoadUnits(byte* from) => FloatMath.UnitOf(LoadBytes(from));

    public static float UnitScale => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreBytes(Lanes256 value, byte* to)
    {
        var levels = Avx.ConvertToVector256Int32(value._value);
        var words = Sse2.PackSignedSaturate(levels.GetLower(), levels.GetUpper());
        *(ulong*)to = Sse2.PackUnsignedSaturate(words, words).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreChanged(Lanes256 changes, byte* original, byte* to)
    {
        // The 8 bits with their sign: packing keeps them.
        var levels = changes._value.AsInt32() << 24 >> 24;
        var words = Sse2.PackSignedSaturate(levels.GetLower(), levels.GetUpper());
        var before = Vector128.CreateScalar(*(ulong*)original).AsByte();
        *(ulong*)to = Saturating.Add(before, Sse2.PackSignedSaturate(words, words)).AsUInt64().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator +(Lanes256 a, Lanes256 b) => new(a._value + b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator -(Lanes256 a, Lanes256 b) => new(a._value - b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator *(Lanes256 a, Lanes256 b) => new(a._value * b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 operator /(Lanes256 a, Lanes256 b) => new(a._value / b._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 RoughReciprocal(Lanes256 a) => new(Avx.Reciprocal(a._value));

    // 1.5 / 2^12.
    public static float RoughError => 3.67e-4f;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Fused(Lanes256 a, Lanes256 b, Lanes256 c) => new(Fma.MultiplyAdd(a._value, b._value, c._value));

    // The processor's maximum and minimum give the second operand where one is not a number, and where both are zero.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Larger(Lanes256 a, Lanes256 b) => new(Avx.Max(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Smaller(Lanes256 a, Lanes256 b) => new(Avx.Min(a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 SquareRoot(Lanes256 a) => new(Vector256.Sqrt(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 Magnitude(Lanes256 a) => new(Vector256.Abs(a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WithSign(Lanes256 a, Lanes256 b) => new(Vector256.ConditionalSelect(Vector256.Create(-0f), b._value, a._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 PowerOfTwo(Lanes256 shifted) => new(((shifted._value.AsInt32() << 23) + Vector256.Create(0x3f800000)).AsSingle());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Lanes256 WhereAtMost(Lanes256 condition, Lanes256 limit, Lanes256 a, Lanes256 b) =>
        new(Vector256.ConditionalSelect(Vector256.LessThanOrEqual(condition._value, limit._value), a._value, b._value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool AreAtMost(Lanes256 a, Lanes256 limit) => Vector256.LessThanOrEqualAll(a._value, limit._value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int CountNotAtMost(Lanes256 a, Lanes256 limit) =>
        Count - BitOperations.PopCount(Vector256.LessThanOrEqual(a._value, limit._value).ExtractMostSignificantBits());
}
