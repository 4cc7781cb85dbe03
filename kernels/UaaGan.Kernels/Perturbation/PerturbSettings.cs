namespace UaaGan.Kernels;

/// <summary>How a batch is perturbed.</summary>
/// <param name="Levels">The budget in grey levels, 0 to 255.</param>
/// <param name="Bound">How raw values are kept within [-1, 1].</param>
/// <param name="Scale">Network input = fma(byte / 255, scale, bias): 1 / standard deviation, or 1.</param>
/// <param name="Bias">-mean / standard deviation, or 0.</param>
public readonly record struct PerturbSettings(int Levels, RawBound Bound, ChannelValues Scale, ChannelValues Bias);
