namespace UaaGan.Imaging;

/// <summary>
/// One dimension of an antialiased resize: which inputs an output is a weighted mean of, and the weights. These are the numbers of
/// Pillow's Resample.c (precompute_coeffs): a triangle of half-width max(1, input/output) around the output's centre, cut at the
/// border and normalised to sum 1.
/// </summary>
public sealed class ResampleCoefficients
{
    private const int PrecisionBits = 32 - 8 - 2;

    private readonly int[] _starts;
    private readonly int[] _lengths;
    private readonly double[] _weights;
    private readonly int _stride;

    private ResampleCoefficients(int inputSize, int outputSize, int stride)
    {
        InputSize = inputSize;
        OutputSize = outputSize;
        _stride = stride;
        _starts = new int[outputSize];
        _lengths = new int[outputSize];
        _weights = new double[checked(outputSize * stride)];
    }

    /// <summary>Number of input samples.</summary>
    public int InputSize { get; }

    /// <summary>Number of output samples.</summary>
    public int OutputSize { get; }

    /// <summary>The table for a bilinear (triangle) resize from <paramref name="inputSize"/> to <paramref name="outputSize"/> samples.</summary>
    public static ResampleCoefficients Bilinear(int inputSize, int outputSize)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputSize, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputSize, 1);
        var scale = (double)inputSize / outputSize;
        var support = Math.Max(scale, 1.0);
        var table = new ResampleCoefficients(inputSize, outputSize, (int)Math.Ceiling(support) * 2 + 1);
        for (var output = 0; output < outputSize; output++)
            table.Fill(output, (output + 0.5) * scale, support);
        return table;
    }

    /// <summary>The first input of an output.</summary>
    public int Start(int output) => _starts[output];

    /// <summary>The weights of an output, for the inputs from <see cref="Start"/> on; they sum to 1.</summary>
    public ReadOnlySpan<double> Weights(int output) => _weights.AsSpan(output * _stride, _lengths[output]);

    /// <summary>The table as a dense matrix [OutputSize, InputSize], row-major, float32, for a resize as a product of matrices.</summary>
    public float[] ToMatrix()
    {
        var matrix = new float[checked(OutputSize * InputSize)];
        for (var output = 0; output < OutputSize; output++)
        {
            var weights = Weights(output);
            for (var i = 0; i < weights.Length; i++)
                matrix[output * InputSize + _starts[output] + i] = (float)weights[i];
        }

        return matrix;
    }

    /// <summary>The weights in fixed point, 22 fractional bits, rounded half away from zero as Pillow does for 8-bit images.</summary>
    internal FixedPointCoefficients ToFixedPoint()
    {
        var weights = new int[_weights.Length];
        for (var i = 0; i < weights.Length; i++)
            weights[i] = (int)(0.5 + _weights[i] * (1 << PrecisionBits));
        return new FixedPointCoefficients(_starts, _lengths, weights, _stride);
    }

    private void Fill(int output, double center, double support)
    {
        var start = Math.Max((int)(center - support + 0.5), 0);
        var end = Math.Min((int)(center + support + 0.5), InputSize);
        _starts[output] = start;
        _lengths[output] = end - start;
        var weights = _weights.AsSpan(output * _stride, end - start);
        // Pillow multiplies by the reciprocal; a division here would round differently.
        var reciprocal = 1.0 / support;
        var sum = 0.0;
        for (var i = 0; i < weights.Length; i++)
        {
            var distance = Math.Abs((i + start - center + 0.5) * reciprocal);
            weights[i] = distance < 1.0 ? 1.0 - distance : 0.0;
            sum += weights[i];
        }

        for (var i = 0; i < weights.Length; i++)
            weights[i] /= sum;
    }
}

/// <summary>A table of <see cref="ResampleCoefficients"/> in fixed point: the weights of output o are at o x Stride.</summary>
internal sealed record FixedPointCoefficients(int[] Starts, int[] Lengths, int[] Weights, int Stride);
