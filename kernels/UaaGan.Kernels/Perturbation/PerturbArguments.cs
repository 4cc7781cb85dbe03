using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>What perturb_forward is given; see kernels/cuda/perturb_forward.cu for its contract.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct PerturbArguments
{
    /// <summary>The generator's output, planar (CHW) image by image.</summary>
    public float* Raw;

    /// <summary>The images, interleaved (HWC).</summary>
    public byte* Original;

    /// <summary>The perturbed images, interleaved; written. May be <see cref="Original"/>.</summary>
    public byte* Adversarial;

    /// <summary>fma(adversarial / 255, scale, bias), planar; written. Null: not wanted.</summary>
    public float* NetworkInput;

    /// <summary>The images' places.</summary>
    public ImageSpan* Images;

    /// <summary>One an image; added to.</summary>
    public PerturbStatistics* Statistics;

    /// <summary>Images in the batch.</summary>
    public int ImageCount;

    /// <summary>Pixels of the largest image.</summary>
    public int LargestImage;

    /// <summary>1 or 3.</summary>
    public int Channels;

    /// <summary>How raw values are bounded.</summary>
    public RawBound Bound;

    /// <summary>The budget in grey levels, a whole number from 0 to 255.</summary>
    public float Levels;

    private readonly int _reserved;

    /// <summary>Factor of each channel.</summary>
    public ChannelValues Scale;

    /// <summary>Summand of each channel.</summary>
    public ChannelValues Bias;
}
