namespace UaaGan.Retrieval;

/// <summary>H_n = 1 + 1/2 + ... + 1/n for n = 0..N, summed in double.</summary>
internal sealed class HarmonicNumbers
{
    private readonly double[] _values;

    public HarmonicNumbers(int count)
    {
        _values = new double[count + 1];
        for (int n = 1; n <= count; n++) _values[n] = _values[n - 1] + (1.0 / n);
    }

    public double this[int n] => _values[n];
}
