using UaaGan.Failures;

namespace UaaGan.Imaging;

/// <summary>What a decoder accepts. Both limits are checked before pixels are decoded.</summary>
public sealed record ImageLimits
{
    private const long LargestBytes = 1L << 30;
    private const long LargestPixels = 1L << 29;

    /// <summary>Default limits: 32 MiB a file, 64 Mi pixels an image.</summary>
    public static ImageLimits Default { get; } = new();

    /// <summary>Largest encoded file in bytes; 1 to 1 GiB, default 32 MiB.</summary>
    public long MaxBytes { get; init; } = 32L << 20;

    /// <summary>Largest width x height in pixels; 1 to 512 Mi (3 channels of them still fit one array), default 64 Mi.</summary>
    public long MaxPixels { get; init; } = 64L << 20;

    /// <summary>Refuses limits outside their bounds.</summary>
    /// <exception cref="FailureException">IMAGE_LIMIT_INVALID, with the option's name, its value and its bounds.</exception>
    public void Validate()
    {
        if (MaxBytes is < 1 or > LargestBytes)
            throw ImageFailure.LimitInvalid(nameof(MaxBytes), MaxBytes, LargestBytes);
        if (MaxPixels is < 1 or > LargestPixels)
            throw ImageFailure.LimitInvalid(nameof(MaxPixels), MaxPixels, LargestPixels);
    }
}
