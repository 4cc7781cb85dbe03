namespace UaaGan.Kernels;

/// <summary>One number: runs everywhere.</summary>
internal readonly unsafe struct Lanes1(float value) : IFloatLanes<Lanes1>
{
    private readonly float _value = value;

    public static int Count => 1;

    public static Lanes1 Create(float value) => new(value);

    public static Lanes1 Load(float* from) => new(*from);

    public static void Store(Lanes1 value, float* to) => *to = value._value;

    public static void StoreAround(Lanes1 value, float* to) => *to = value._value;

    public static Lanes1 LoadBytes(byte* from) => new(*from);

    public static Lanes1 LoadUnits(byte* from) => FloatMath.UnitOf(LoadBytes(from));

    public static float UnitScale => 1;

    public static void StoreBytes(Lanes1 value, byte* to) => *to = (byte)MathF.Round(value._value);

    public static void StoreChanged(Lanes1 changes, byte* original, byte* to) =>
        *to = (byte)Math.Clamp(*original + (sbyte)BitConverter.SingleToInt32Bits(changes._value), 0, 255);

    public static Lanes1 operator +(Lanes1 a, Lanes1 b) => new(a._value + b._value);

    public static Lanes1 operator -(Lanes1 a, Lanes1 b) => new(a._value - b._value);

    public static Lanes1 operator *(Lanes1 a, Lanes1 b) => new(a._value * b._value);

    public static Lanes1 operator /(Lanes1 a, Lanes1 b) => new(a._value / b._value);

    public static Lanes1 Fused(Lanes1 a, Lanes1 b, Lanes1 c) => new(MathF.FusedMultiplyAdd(a._value, b._value, c._value));

    public static Lanes1 RoughReciprocal(Lanes1 a) => new(1 / a._value);

    public static float RoughError => 1.2e-7f;

    public static Lanes1 Larger(Lanes1 a, Lanes1 b) => a._value > b._value ? a : b;

    public static Lanes1 Smaller(Lanes1 a, Lanes1 b) => a._value < b._value ? a : b;

    public static Lanes1 SquareRoot(Lanes1 a) => new(MathF.Sqrt(a._value));

    public static Lanes1 Magnitude(Lanes1 a) => new(MathF.Abs(a._value));

    public static Lanes1 WithSign(Lanes1 a, Lanes1 b) => new(MathF.CopySign(a._value, b._value));

    public static Lanes1 PowerOfTwo(Lanes1 shifted) => new(BitConverter.Int32BitsToSingle((BitConverter.SingleToInt32Bits(shifted._value) << 23) + 0x3f800000));

    public static Lanes1 WhereAtMost(Lanes1 condition, Lanes1 limit, Lanes1 a, Lanes1 b) => condition._value <= limit._value ? a : b;

    public static bool AreAtMost(Lanes1 a, Lanes1 limit) => a._value <= limit._value;

    public static int CountNotAtMost(Lanes1 a, Lanes1 limit) => a._value <= limit._value ? 0 : 1;
}
