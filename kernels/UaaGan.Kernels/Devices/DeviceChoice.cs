using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Kernels;

/// <summary>
/// Where kernels are to run, as an option says it: auto (a GPU when there is one that works, else the CPU), cpu, or cuda:N, the GPU of
/// that number and nothing else.
/// </summary>
public readonly record struct DeviceChoice
{
    private const string CudaPrefix = "cuda:";
    private const int MaxOrdinal = 255;

    private DeviceChoice(bool mayUseCpu, int? ordinal) => (MayUseCpu, Ordinal) = (mayUseCpu, ordinal);

    /// <summary>GPU 0 when it works, else the CPU.</summary>
    public static DeviceChoice Auto => new(mayUseCpu: true, 0);

    /// <summary>The CPU.</summary>
    public static DeviceChoice Cpu => new(mayUseCpu: true, null);

    /// <summary>Whether the CPU will do.</summary>
    public bool MayUseCpu { get; }

    /// <summary>Number of the GPU to try; null: none.</summary>
    public int? Ordinal { get; }

    /// <summary>That GPU or a failure.</summary>
    /// <param name="ordinal">0 to 255, as the driver counts them.</param>
    public static DeviceChoice Cuda(int ordinal)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(ordinal);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(ordinal, MaxOrdinal);
        return new DeviceChoice(mayUseCpu: false, ordinal);
    }

    /// <summary>Reads auto, cpu or cuda:N with N from 0 to 255.</summary>
    /// <exception cref="FailureException">DEVICE_INVALID, with what to write instead.</exception>
    public static DeviceChoice Parse(string? text) => TryParse(text, out var choice)
        ? choice
        : throw new FailureException(FailureKind.InvalidArgument, "DEVICE_INVALID", $"'{text}' is no device; write auto, cpu, or cuda:N with the GPU's number, such as cuda:0.");

    /// <summary>As <see cref="Parse"/>, without an exception.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out DeviceChoice choice)
    {
        choice = text == "cpu" ? Cpu : Auto;
        if (text is "auto" or "cpu") return true;
        if (text?.StartsWith(CudaPrefix, StringComparison.Ordinal) != true) return false;
        if (!int.TryParse(text.AsSpan(CudaPrefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) || ordinal > MaxOrdinal) return false;
        choice = Cuda(ordinal);
        return true;
    }

    /// <summary>The form that <see cref="Parse"/> reads.</summary>
    public override string ToString() => (MayUseCpu, Ordinal) switch
    {
        (true, null) => "cpu",
        (true, _) => "auto",
        _ => string.Create(CultureInfo.InvariantCulture, $"{CudaPrefix}{Ordinal}"),
    };
}
