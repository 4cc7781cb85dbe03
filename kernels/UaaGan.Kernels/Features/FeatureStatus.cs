namespace UaaGan.Kernels;

/// <summary>Whether a feature can be scored.</summary>
public enum FeatureStatus
{
    /// <summary>It can.</summary>
    Good,

    /// <summary>A component is not finite, or above 1e15 in magnitude where features are packed.</summary>
    NotFinite,

    /// <summary>Its norm is below 1e-6, so that its direction means nothing.</summary>
    TooShort,
}
