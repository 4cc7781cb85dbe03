using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>What feature_distance is given; see kernels/cuda/feature_distance.cu for its contract.</summary>
[StructLayout(LayoutKind.Sequential)]
public unsafe struct FeatureDistanceArguments
{
    /// <summary>Count x dimension.</summary>
    public float* Adversarial;

    /// <summary>Count x dimension.</summary>
    public float* Clean;

    /// <summary>One a pair; written.</summary>
    public float* Distances;

    /// <summary>Gradient of each distance for the adversarial feature, count x dimension; written. Null: not wanted.</summary>
    public float* Gradients;

    /// <summary>One a pair; written.</summary>
    public FeatureStatus* Status;

    /// <summary>Pairs.</summary>
    public int Count;

    /// <summary>Components of a feature, at least 1.</summary>
    public int Dimension;

    /// <summary>1 for the squared distance.</summary>
    public int Squared;

    /// <summary>Added to each difference, so that equal features have a gradient.</summary>
    public float Shift;
}
