using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>The processor as a device: its memory is the host's, and a kernel is done when its call returns.</summary>
public sealed unsafe class CpuDevice : IKernelDevice
{
    private const nuint Alignment = 64;

    private readonly SimdLevel _level;
    private readonly int _threads;

    /// <param name="threads">Threads to use at most; 0: one for each processor.</param>
    /// <param name="level">Instructions to use; null: the widest that the processor has.</param>
    /// <exception cref="NotSupportedException">The processor lacks the level asked for.</exception>
    public CpuDevice(int threads = 0, SimdLevel? level = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _threads = threads == 0 ? Environment.ProcessorCount : threads;
        _level = ScanKernel.Get(level).Level;
        (PerturbForward, AttackStep, FeaturePack, FeatureDistance) = _level switch
        {
            SimdLevel.Vector512 => Kernels<Lanes512>(_threads),
            SimdLevel.Vector256 => Kernels<Lanes256>(_threads),
            _ => Kernels<Lanes1>(_threads),
        };
    }

    /// <inheritdoc/>
    public string Name => $"cpu ({_level})";

    /// <inheritdoc/>
    public IKernel<PerturbArguments> PerturbForward { get; }

    /// <inheritdoc/>
    public IKernel<AttackStepArguments> AttackStep { get; }

    /// <inheritdoc/>
    public IKernel<FeaturePackArguments> FeaturePack { get; }

    /// <inheritdoc/>
    public IKernel<FeatureDistanceArguments> FeatureDistance { get; }

    /// <inheritdoc/>
    public DeviceMemory Allocate(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        void* memory = NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
        HugePages.Advise((nuint)memory, (nuint)bytes);
        return new DeviceMemory((nint)memory, bytes, address => NativeMemory.AlignedFree((void*)address));
    }

    /// <inheritdoc/>
    public void Upload(nint destination, ReadOnlySpan<byte> source) => source.CopyTo(new Span<byte>((void*)destination, source.Length));

    /// <inheritdoc/>
    public void Download(nint source, Span<byte> destination) => new ReadOnlySpan<byte>((void*)source, destination.Length).CopyTo(destination);

    /// <inheritdoc/>
    public void Clear(nint address, long bytes) => NativeMemory.Clear((void*)address, (nuint)bytes);

    /// <inheritdoc/>
    public void Synchronize()
    {
        // Kernels are done when they return.
    }

    /// <inheritdoc/>
    public IGallerySearch CreateGallery(ReadOnlySpan<float> features, int dimension)
    {
        var builder = new GalleryMatrixBuilder(dimension, _level);
        for (int start = 0; start < features.Length; start += dimension) builder.Add(features.Slice(start, dimension));
        return CreateGallery(builder.Build());
    }

    /// <inheritdoc/>
    public IGallerySearch CreateGallery(GalleryMatrix rows) => new CpuGallery(rows, _threads);

    /// <inheritdoc/>
    public void Dispose()
    {
        // Memory belongs to whoever allocated it.
    }

    private static (IKernel<PerturbArguments>, IKernel<AttackStepArguments>, IKernel<FeaturePackArguments>, IKernel<FeatureDistanceArguments>) Kernels<T>(int threads)
        where T : unmanaged, IFloatLanes<T> =>
        (new PerturbForwardCpu<T>(threads), new AttackStepCpu<T>(threads), new FeaturePackCpu<T>(threads), new FeatureDistanceCpu<T>(threads));
}
