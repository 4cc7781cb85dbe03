namespace UaaGan.Kernels;

/// <summary>Where kernels run: the CPU, or a GPU. Several threads may use it at once; a gallery belongs to one.</summary>
public interface IKernelDevice : IDisposable
{
    /// <summary>What it is, in words: cpu (Vector512), or cuda:0 with the GPU's name and the code that it runs.</summary>
    string Name { get; }

    /// <summary>The perturbation of images: tanh, clamp, quantisation, statistics, normalisation in one pass.</summary>
    IKernel<PerturbArguments> PerturbForward { get; }

    /// <summary>A step of an iterative attack with its projection.</summary>
    IKernel<AttackStepArguments> AttackStep { get; }

    /// <summary>Unit features, their bfloat16 copies and what these lose.</summary>
    IKernel<FeaturePackArguments> FeaturePack { get; }

    /// <summary>Distances of pairs of features, with gradients.</summary>
    IKernel<FeatureDistanceArguments> FeatureDistance { get; }

    /// <summary>Memory of the device, not initialised, aligned to 64 bytes.</summary>
    /// <param name="bytes">At least 1.</param>
    DeviceMemory Allocate(long bytes);

    /// <summary>Copies from the host, in order with the kernels; done when it returns.</summary>
    void Upload(nint destination, ReadOnlySpan<byte> source);

    /// <summary>Copies to the host what all kernels before leave there; done when it returns.</summary>
    void Download(nint source, Span<byte> destination);

    /// <summary>Sets bytes to zero, in order with the kernels.</summary>
    void Clear(nint address, long bytes);

    /// <summary>Waits until everything asked for is done.</summary>
    void Synchronize();

    /// <summary>Lays unit features out for exact search.</summary>
    /// <param name="features">N x D, row-major, of unit length.</param>
    /// <param name="dimension">D.</param>
    IGallerySearch CreateGallery(ReadOnlySpan<float> features, int dimension);

    /// <summary>The same for rows that the host has laid out already, which stay the caller's and must outlive the search.</summary>
    IGallerySearch CreateGallery(GalleryMatrix rows);
}
