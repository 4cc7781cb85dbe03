namespace UaaGan.Kernels;

/// <summary>
/// Candidates for the k best rows of one query, as keys of the total order. It holds up to 4k; when full it is cut back to the k best,
/// in time proportional to its size, and the k-th becomes the threshold, which only rises.
/// </summary>
internal sealed class Reservoir
{
    private const int Slack = 4;
    private const int FirstRoom = 256;

    private readonly int _k;
    private readonly int _capacity;
    private ulong[] _keys;
    private int _count;

    /// <param name="k">Rows wanted, at least 1.</param>
    /// <param name="rows">Rows that will come at most.</param>
    public Reservoir(int k, int rows)
    {
        _k = k;
        _capacity = (int)Math.Max(Math.Min((long)k * Slack, rows), 1);
        _keys = new ulong[Math.Min(_capacity, FirstRoom)];
    }

    /// <summary>
    /// No row with a lower score is among the k best. A row with an equal one may be, until the next cut, if its id is lower: rows may come in any order.
    /// </summary>
    public float Threshold { get; private set; } = float.NegativeInfinity;

    /// <summary>Adds a row.</summary>
    public void Keep(ulong key)
    {
        if (_count == _capacity && _count > _k) Cut();
        if (_count == _keys.Length) Array.Resize(ref _keys, (int)Math.Max(Math.Min(_keys.Length * 2L, _capacity), _count + 1L));
        _keys[_count++] = key;
    }

    /// <summary>Adds the candidates of another scan.</summary>
    public void Merge(Reservoir other)
    {
        foreach (ulong key in other._keys.AsSpan(0, other._count)) Keep(key);
    }

    /// <summary>The best rows, best first: k, or all when there are fewer.</summary>
    public ScoredRow[] ToArray()
    {
        if (_count > _k) Cut();
        var keys = _keys.AsSpan(0, _count);
        keys.Sort();
        keys.Reverse();
        var rows = new ScoredRow[_count];
        for (int i = 0; i < rows.Length; i++) rows[i] = ScoredRow.FromKey(_keys[i]);
        return rows;
    }

    private void Cut()
    {
        Selection.LargestFirst(_keys.AsSpan(0, _count), _k);
        _count = _k;
        Threshold = ScoredRow.FromKey(_keys[_k - 1]).Score;
    }
}
