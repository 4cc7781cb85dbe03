using System.Text;
using UaaGan.Kernels;

namespace UaaGan.Retrieval;

/// <summary>
/// Single gallery shots as torchreid draws them for CUHK03 (torchreid/metrics/rank.py, eval_cuhk03): for each query, of the rows that count
/// one of each identity, several times over. torchreid draws with numpy's global generator; here the draws depend on the seed, the query's
/// id and the rows' ids alone, and are the same for a query and its adversarial twins.
/// </summary>
internal sealed class GalleryShots
{
    private readonly string[] _identities;
    private readonly int[][] _rows;
    private readonly int _draws;
    private readonly ulong _seed;

    /// <param name="labels">The gallery in the order of ids.</param>
    /// <param name="draws">How often.</param>
    /// <param name="seed">Seed of the draws.</param>
    public GalleryShots(IReadOnlyList<ImageLabel> labels, int draws, ulong seed)
    {
        var groups = Enumerable.Range(0, labels.Count).GroupBy(row => labels[row].Identity, StringComparer.Ordinal).OrderBy(group => group.Key, Utf8Order.Instance).ToList();
        _identities = [.. groups.Select(group => group.Key)];
        _rows = [.. groups.Select(group => group.ToArray())];
        (_draws, _seed) = (draws, seed);
    }

    /// <summary>Rows drawn for a query: [draw][identity], -1 where junk leaves an identity no row.</summary>
    public int[][] Draw(string queryId, IReadOnlyList<int> junk)
    {
        var left = junk.ToHashSet();
        int[][] candidates = [.. _rows.Select(rows => left.Count == 0 || !Array.Exists(rows, left.Contains) ? rows : Array.FindAll(rows, row => !left.Contains(row)))];
        var random = new SplitMix64(_seed ^ Hash(queryId));
        int[][] drawn = new int[_draws][];
        for (int draw = 0; draw < _draws; draw++)
        {
            drawn[draw] = new int[candidates.Length];
            for (int i = 0; i < candidates.Length; i++) drawn[draw][i] = candidates[i].Length == 0 ? -1 : candidates[i][random.Next(candidates[i].Length)];
        }

        return drawn;
    }

    /// <summary>In each draw, the rank from 1 of the row of the query's identity among the rows drawn.</summary>
    public int[] Ranks(int[][] drawn, string identity, ReadOnlySpan<float> scores)
    {
        int own = Array.IndexOf(_identities, identity);
        int[] ranks = new int[drawn.Length];
        for (int draw = 0; draw < drawn.Length; draw++)
        {
            ulong key = ScoredRow.Key(scores[drawn[draw][own]], drawn[draw][own]);
            int rank = 1;
            foreach (int row in drawn[draw])
            {
                if (row >= 0 && ScoredRow.Key(scores[row], row) > key) rank++;
            }

            ranks[draw] = rank;
        }

        return ranks;
    }

    /// <summary>FNV-1a of the UTF-8 bytes: the same on every machine and version.</summary>
    private static ulong Hash(string text)
    {
        ulong hash = 0xCBF29CE484222325;
        foreach (byte part in Encoding.UTF8.GetBytes(text)) hash = (hash ^ part) * 0x100000001B3;
        return hash;
    }
}
