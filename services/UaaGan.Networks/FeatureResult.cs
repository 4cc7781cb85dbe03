namespace UaaGan.Networks;

/// <summary>What a network made of one image.</summary>
/// <param name="Feature">Its components.</param>
/// <param name="Fault">Why they are no feature, as the rest of a sentence that begins with "the feature"; null: they are one.</param>
public readonly record struct FeatureResult(float[] Feature, string? Fault);
