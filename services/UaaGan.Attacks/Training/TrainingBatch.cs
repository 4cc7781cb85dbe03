using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>What a step learns from.</summary>
/// <param name="Images">[N,C,H,W] in [0,1].</param>
/// <param name="Sizes">Rows and columns that each of them had before it was brought to that size.</param>
internal sealed record TrainingBatch(Tensor Images, IReadOnlyList<(int Height, int Width)> Sizes)
{
    public long Count => Images.shape[0];

    /// <summary>A run of them, which shares their memory.</summary>
    public TrainingBatch Rows(long first, long count) => new(Images.narrow(0, first, count), [.. Sizes.Skip((int)first).Take((int)count)]);
}
