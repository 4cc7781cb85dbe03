namespace UaaGan.Kernels;

/// <summary>
/// A register of float32: a formula is written once for all widths. Every operation is the IEEE one, rounded half to even, so that a
/// formula gives the same bits at any width, and the same as kernels/cuda.
/// </summary>
internal unsafe interface IFloatLanes<T>
    where T : unmanaged, IFloatLanes<T>
{
    /// <summary>Numbers in a register: 1, 8 or 16.</summary>
    static abstract int Count { get; }

    static abstract T Create(float value);

    static abstract T Load(float* from);

    static abstract void Store(T value, float* to);

    /// <summary>The same past the caches, to an address that is a multiple of a register's size; a fence must follow before others read.</summary>
    static abstract void StoreAround(T value, float* to);

    /// <summary>Count bytes as numbers.</summary>
    static abstract T LoadBytes(byte* from);

    /// <summary>Count bytes as byte / 255, with the bits of the division, times <see cref="UnitScale"/>.</summary>
    static abstract T LoadUnits(byte* from);

    /// <summary>A power of two, which changes no bit of what it multiplies.</summary>
    static abstract float UnitScale { get; }

    /// <summary>Numbers from 0 to 255, rounded half to even, as bytes.</summary>
    static abstract void StoreBytes(T value, byte* to);

    /// <summary>Adds to bytes, within 0 to 255, the whole numbers from -128 to 127 that the lowest 8 bits of each number's representation hold.</summary>
    static abstract void StoreChanged(T changes, byte* original, byte* to);

    static abstract T operator +(T a, T b);

    static abstract T operator -(T a, T b);

    static abstract T operator *(T a, T b);

    static abstract T operator /(T a, T b);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract T Fused(T a, T b, T c);

    /// <summary>
    /// About 1 / a, by the processor's own table, whose bits differ from one to the next: for what does not depend on them. Its relative
    /// error is at most <see cref="RoughError"/>.
    /// </summary>
    static abstract T RoughReciprocal(T a);

    static abstract float RoughError { get; }

    /// <summary>a where a &gt; b, else b: b where one of them is not a number.</summary>
    static abstract T Larger(T a, T b);

    /// <summary>a where a &lt; b, else b: b where one of them is not a number.</summary>
    static abstract T Smaller(T a, T b);

    static abstract T SquareRoot(T a);

    /// <summary>|a|.</summary>
    static abstract T Magnitude(T a);

    /// <summary>|a| with the sign of b.</summary>
    static abstract T WithSign(T a, T b);

    /// <summary>2^n from 12582912 + n.</summary>
    static abstract T PowerOfTwo(T shifted);

    /// <summary>a where condition &lt;= limit, else b: b where the condition is not a number.</summary>
    static abstract T WhereAtMost(T condition, T limit, T a, T b);

    /// <summary>Whether all lanes are at most the limit; no, where one is not a number.</summary>
    static abstract bool AreAtMost(T a, T limit);

    /// <summary>How many lanes are not at most the limit, those that are no number included.</summary>
    static abstract int CountNotAtMost(T a, T limit);
}
