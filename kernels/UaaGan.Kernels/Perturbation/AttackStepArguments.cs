using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>What attack_step is given; see kernels/cuda/attack_step.cu for its contract. All arrays are laid out alike.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct AttackStepArguments
{
    /// <summary>Elements of which |gradient| is summed to one number first.</summary>
    public const int ElementsPerSum = 4096;

    /// <summary>The adversarial images so far, or the clean ones for a step from these.</summary>
    public float* Point;

    /// <summary>The clean images.</summary>
    public float* Image;

    /// <summary>Gradient of the loss.</summary>
    public float* Gradient;

    /// <summary>Momentum, read and written. Null: sign steps.</summary>
    public float* Momentum;

    /// <summary>The next point; written. May be <see cref="Point"/>.</summary>
    public float* Next;

    /// <summary>Scratch for momentum: images x <see cref="SumsStride"/>.</summary>
    public float* Sums;

    /// <summary>The images' places.</summary>
    public ImageSpan* Images;

    /// <summary>Elements of the gradient that are not finite, one number an image; added to.</summary>
    public uint* NotFinite;

    /// <summary>Images in the batch.</summary>
    public int ImageCount;

    /// <summary>Channels of each image, at least 1.</summary>
    public int Channels;

    /// <summary>Sums of an image at most: elements of the largest / 4096, rounded up.</summary>
    public int SumsStride;

    /// <summary>1 where the momentum has yet to begin.</summary>
    public int First;

    /// <summary>The budget in [0,1].</summary>
    public float Epsilon;

    /// <summary>Length of a step in [0,1].</summary>
    public float Size;

    /// <summary>Decay factor of the momentum.</summary>
    public float Decay;

    /// <summary>Pixels of the largest image.</summary>
    public int LargestImage;
}
