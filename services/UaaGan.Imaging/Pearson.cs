namespace UaaGan.Imaging;

/// <summary>The correlation of pairs of numbers, added one by one.</summary>
internal struct Pearson
{
    private double _count, _sumX, _sumY, _sumXX, _sumYY, _sumXY;

    public void Add(double x, double y)
    {
        (_count, _sumX, _sumY) = (_count + 1, _sumX + x, _sumY + y);
        (_sumXX, _sumYY, _sumXY) = (_sumXX + x * x, _sumYY + y * y, _sumXY + x * y);
    }

    /// <summary>-1 to 1; null when one of the two never changes, but for rounding.</summary>
    public readonly double? Value
    {
        get
        {
            double varianceX = _count * _sumXX - _sumX * _sumX, varianceY = _count * _sumYY - _sumY * _sumY;
            return varianceX > 1e-9 * _count * _sumXX && varianceY > 1e-9 * _count * _sumYY ? (_count * _sumXY - _sumX * _sumY) / Math.Sqrt(varianceX * varianceY) : null;
        }
    }
}
