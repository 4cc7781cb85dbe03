namespace UaaGan.Kernels;

/// <summary>One chain at a time: what the others are tested against, and what runs where there is no FMA instruction.</summary>
internal sealed unsafe class ScalarKernel : ScanKernel
{
    public static readonly ScalarKernel Instance = new();

    public override SimdLevel Level => SimdLevel.Scalar;

    public override int MaxTileWidth => 1;

    public override void Score(float* block, float* tile, int width, int dimension, float* scores)
    {
        for (int row = 0; row < RowsPerBlock; row++)
        {
            float sum = 0;
            for (int d = 0; d < dimension; d++) sum = MathF.FusedMultiplyAdd(block[((long)d * RowsPerBlock) + row], tile[d], sum);
            scores[row] = sum + 0f;
        }
    }
}
