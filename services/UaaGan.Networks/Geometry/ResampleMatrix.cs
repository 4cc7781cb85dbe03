using UaaGan.Imaging;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// One pass of PIL's bilinear resize as a product of matrices. The weights are PIL's fixed-point ones (22 fractional bits), so that
/// the product of levels 0 to 255 is exact in float64 and rounds as PIL rounds; the rounding is passed straight through by gradients.
/// </summary>
internal sealed class ResampleMatrix : IDisposable
{
    private const double FixedPointOne = 1 << 22;

    // A level that came through v / 255 * 255 in float32 is off by less than 255 * 2^-24.
    private const double SnapDistance = 1e-4;

    private readonly Tensor _matrix;

    public ResampleMatrix(int inputs, int outputs)
    {
        var coefficients = ResampleCoefficients.Bilinear(inputs, outputs);
        var values = new double[checked(outputs * inputs)];
        for (var output = 0; output < outputs; output++)
        {
            var weights = coefficients.Weights(output);
            for (var i = 0; i < weights.Length; i++)
                values[output * inputs + coefficients.Start(output) + i] = (int)(0.5 + weights[i] * FixedPointOne) / FixedPointOne;
        }

        using var scope = NewDisposeScope();
        _matrix = tensor(values, [outputs, inputs]).DetachFromDisposeScope();
    }

    /// <summary>Values that are levels but for float32's error become exact levels, so that a tie rounds as PIL rounds it.</summary>
    public static Tensor SnapToLevels(Tensor levels)
    {
        using var scope = NewDisposeScope();
        var correction = levels.detach().round() - levels.detach();
        return levels.Plus(where(correction.abs().IsBelow(SnapDistance), correction, zeros_like(correction))).MoveToOuterDisposeScope();
    }

    /// <summary>[N,C,H,inputs] to [N,C,H,outputs].</summary>
    public Tensor ResizeColumns(Tensor levels)
    {
        using var scope = NewDisposeScope();
        return RoundStraightThrough(levels.matmul(Matrix(levels).t())).MoveToOuterDisposeScope();
    }

    /// <summary>[N,C,inputs,W] to [N,C,outputs,W].</summary>
    public Tensor ResizeRows(Tensor levels)
    {
        using var scope = NewDisposeScope();
        return RoundStraightThrough(Matrix(levels).matmul(levels)).MoveToOuterDisposeScope();
    }

    public void Dispose() => _matrix.Dispose();

    private Tensor Matrix(Tensor levels) => _matrix.to(levels.device);

    /// <summary>floor(v + 1/2), as PIL's shift does.</summary>
    private static Tensor RoundStraightThrough(Tensor levels) => levels.Plus(levels.detach().Plus(0.5).floor() - levels.detach());
}
