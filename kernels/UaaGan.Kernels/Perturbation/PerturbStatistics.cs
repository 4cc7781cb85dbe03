using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>
/// What a perturbation did to one image, measured on the bytes that are stored, in grey levels. Integers, so that they are the same
/// on every device; PSNR follows from <see cref="Squares"/> exactly.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
public struct PerturbStatistics : IEquatable<PerturbStatistics>
{
    /// <summary>Sum of absolute differences.</summary>
    public ulong Sum { get; set; }

    /// <summary>Sum of squared differences.</summary>
    public ulong Squares { get; set; }

    /// <summary>Largest absolute difference: L-infinity.</summary>
    public uint Largest { get; set; }

    /// <summary>Elements whose raw value was not a number; they are left as they were.</summary>
    public uint NotANumber { get; set; }

    public readonly bool Equals(PerturbStatistics other) =>
        (Sum, Squares, Largest, NotANumber) == (other.Sum, other.Squares, other.Largest, other.NotANumber);

    public override readonly bool Equals(object? obj) => obj is PerturbStatistics other && Equals(other);

    public override readonly int GetHashCode() => HashCode.Combine(Sum, Squares, Largest, NotANumber);

    public override readonly string ToString() => $"sum {Sum}, squares {Squares}, largest {Largest}, NaN {NotANumber}";

    public static bool operator ==(PerturbStatistics left, PerturbStatistics right) => left.Equals(right);

    public static bool operator !=(PerturbStatistics left, PerturbStatistics right) => !left.Equals(right);

    internal void Add(in PerturbStatistics part)
    {
        Sum += part.Sum;
        Squares += part.Squares;
        Largest = Math.Max(Largest, part.Largest);
        NotANumber += part.NotANumber;
    }
}
