using System.Numerics;
using System.Runtime.Intrinsics;

namespace UaaGan.Kernels;

/// <summary>
/// The k best rows of a scan: a threshold that only rises, and a reservoir of candidates that is cut back to k when full. A score
/// equal to the threshold is kept until then, so that the result is the total order's, whatever order the rows come in.
/// </summary>
internal sealed class TopK
{
    private const int Slack = 4;

    private readonly int _k;
    private readonly int _capacity;
    private ulong[] _keys;
    private int _count;
    private float _threshold = float.NegativeInfinity;

    /// <param name="k">Rows wanted, at least 1.</param>
    /// <param name="rows">Rows that will be offered at most.</param>
    public TopK(int k, int rows)
    {
        _k = k;
        _capacity = (int)Math.Max(Math.Min((long)k * Slack, rows), 1);
        _keys = new ulong[Math.Min(_capacity, 256)];
    }

    /// <summary>Offers the scores of consecutive rows.</summary>
    /// <param name="scores">Scores, at most a block of them.</param>
    /// <param name="firstRow">The row of the first.</param>
    public void Offer(ReadOnlySpan<float> scores, int firstRow)
    {
        int i = 0;
        var threshold = Vector256.Create(_threshold);
        for (; i + Vector256<float>.Count <= scores.Length; i += Vector256<float>.Count)
        {
            uint passed = Vector256.GreaterThanOrEqual(Vector256.Create(scores[i..]), threshold).ExtractMostSignificantBits();
            for (; passed != 0; passed &= passed - 1)
            {
                int lane = i + BitOperations.TrailingZeroCount(passed);
                Keep(scores[lane], firstRow + lane);
            }
        }

        for (; i < scores.Length; i++)
        {
            if (scores[i] >= _threshold) Keep(scores[i], firstRow + i);
        }
    }

    /// <summary>Adds the candidates of another scan.</summary>
    public void Merge(TopK other)
    {
        foreach (ulong key in other._keys.AsSpan(0, other._count)) Keep(key);
    }

    /// <summary>The best rows, best first: k, or all when there are fewer.</summary>
    public ScoredRow[] ToArray()
    {
        Cut();
        var rows = new ScoredRow[_count];
        for (int i = 0; i < rows.Length; i++) rows[i] = ScoredRow.FromKey(_keys[i]);
        return rows;
    }

    private void Keep(float score, int row) => Keep(ScoredRow.Key(score, row));

    private void Keep(ulong key)
    {
        if (_count == _capacity && _count > _k) Cut();
        if (_count == _keys.Length) Array.Resize(ref _keys, (int)Math.Max(Math.Min(_keys.Length * 2L, _capacity), _count + 1L));
        _keys[_count++] = key;
    }

    private void Cut()
    {
        var keys = _keys.AsSpan(0, _count);
        keys.Sort();
        keys.Reverse();
        if (_count < _k) return;
        _count = _k;
        _threshold = ScoredRow.FromKey(_keys[_k - 1]).Score;
    }
}
