namespace UaaGan.Kernels;

/// <summary>
/// attack_step for a batch of images of one size, step by step: checks what the kernel assumes, and counts what is not finite over all
/// steps. Every address is one of the device, at a multiple of 16 bytes, of float32 values, [N,C,H,W].
/// </summary>
public sealed unsafe class AttackStepper : IDisposable
{
    private const int Alignment = 16;

    private readonly IKernelDevice _device;
    private readonly DeviceMemory _images, _notFinite, _sums;
    private readonly int _count, _channels, _pixels, _sumsOfImage;
    private readonly float _epsilon;

    /// <param name="device">Where it runs; it stays the caller's.</param>
    /// <param name="images">N, 1 to 65535.</param>
    /// <param name="channels">C.</param>
    /// <param name="pixels">H times W.</param>
    /// <param name="epsilon">The budget in [0,1].</param>
    public AttackStepper(IKernelDevice device, int images, int channels, int pixels, float epsilon)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentOutOfRangeException.ThrowIfLessThan(images, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(images, LaunchPlan.MaxGridY);
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(pixels, 1);
        if (!(epsilon >= 0 && epsilon <= 1)) throw new ArgumentOutOfRangeException(nameof(epsilon), epsilon, "A budget is from 0 to 1.");
        (_device, _count, _channels, _pixels, _epsilon) = (device, images, channels, pixels, epsilon);
        long elements = (long)channels * pixels;
        _sumsOfImage = CpuWork.Parts(elements, AttackStepArguments.ElementsPerSum);
        _images = device.AllocateWith<ImageSpan>([.. Enumerable.Range(0, images).Select(image => new ImageSpan(image * elements, pixels))]);
        _notFinite = device.AllocateZeros<uint>(images);
        _sums = device.Allocate<float>((long)images * _sumsOfImage);
    }

    /// <summary>next = project(point + size * sign(gradient)), within the budget of the images and within [0,1].</summary>
    /// <param name="image">The clean images.</param>
    /// <param name="point">Where the step starts.</param>
    /// <param name="gradient">Of the loss.</param>
    /// <param name="next">Written; may be the point.</param>
    /// <param name="size">Length of the step in [0,1].</param>
    public void Sign(nint image, nint point, nint gradient, nint next, float size) => Step(image, point, gradient, momentum: 0, next, size, decay: 0, first: false);

    /// <summary>As <see cref="Sign"/>, along a momentum: decay * momentum + gradient / mean|gradient|, which is kept.</summary>
    /// <param name="momentum">Read unless it is the first step, and written.</param>
    /// <param name="decay">Of what was before.</param>
    /// <param name="first">Whether there was nothing before.</param>
    public void Momentum(nint image, nint point, nint gradient, nint momentum, nint next, float size, float decay, bool first)
    {
        if (momentum == 0) throw new ArgumentException("The momentum has no address.", nameof(momentum));
        Step(image, point, gradient, momentum, next, size, decay, first);
    }

    /// <summary>Elements of the gradients so far that were not finite, one number an image. They moved nothing; such an image is not to be used.</summary>
    public uint[] NotFinite() => _device.Read<uint>(_notFinite, _count);

    /// <inheritdoc/>
    public void Dispose()
    {
        _images.Dispose();
        _notFinite.Dispose();
        _sums.Dispose();
    }

    private void Step(nint image, nint point, nint gradient, nint momentum, nint next, float size, float decay, bool first)
    {
        foreach (nint address in (ReadOnlySpan<nint>)[image, point, gradient, next])
        {
            if (address == 0 || address % Alignment != 0) throw new ArgumentException("Values must lie at a multiple of 16 bytes.", nameof(point));
        }

        if (momentum % Alignment != 0) throw new ArgumentException("The momentum must lie at a multiple of 16 bytes.", nameof(momentum));
        _device.AttackStep.Run(new AttackStepArguments
        {
            Point = (float*)point,
            Image = (float*)image,
            Gradient = (float*)gradient,
            Momentum = (float*)momentum,
            Next = (float*)next,
            Sums = (float*)_sums.Address,
            Images = (ImageSpan*)_images.Address,
            NotFinite = (uint*)_notFinite.Address,
            ImageCount = _count,
            Channels = _channels,
            SumsStride = _sumsOfImage,
            First = first ? 1 : 0,
            Epsilon = _epsilon,
            Size = size,
            Decay = decay,
            LargestImage = _pixels,
        });
    }
}
