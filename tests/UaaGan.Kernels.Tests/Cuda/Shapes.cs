namespace UaaGan.Kernels.Tests;

/// <summary>How many random shapes a test takes.</summary>
internal static class Shapes
{
    /// <summary>Cases of each kernel: some in every run, a thousand for the count.</summary>
    public static int Cases => Repository.IsFull ? 1000 : 60;
}
