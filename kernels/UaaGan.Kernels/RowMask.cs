using System.Numerics;

namespace UaaGan.Kernels;

/// <summary>
/// Which rows of a <see cref="GalleryMatrix"/> a search may return, such as those that a filter lets pass or that are not deleted: a
/// bit each. Rows are left out before the k best are chosen, and blocks of 32 without a row are not read.
/// </summary>
public sealed class RowMask
{
    private readonly uint[] _words;

    /// <param name="rows">N, rows of the matrix; 0 or more.</param>
    /// <param name="allowed">What every row is at first.</param>
    public RowMask(int rows, bool allowed)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        Rows = rows;
        _words = new uint[(rows + ScanKernel.RowsPerBlock - 1) / ScanKernel.RowsPerBlock];
        if (!allowed) return;
        Array.Fill(_words, uint.MaxValue);
        // A last block that is not full has lanes without a row.
        if (rows % ScanKernel.RowsPerBlock != 0) _words[^1] = (1u << (rows % ScanKernel.RowsPerBlock)) - 1;
    }

    private RowMask(RowMask other) => (Rows, _words) = (other.Rows, [.. other._words]);

    /// <summary>N, rows of the matrix that it is for.</summary>
    public int Rows { get; }

    /// <summary>Rows that may be returned.</summary>
    public int Allowed
    {
        get
        {
            int allowed = 0;
            foreach (uint word in _words) allowed += BitOperations.PopCount(word);
            return allowed;
        }
    }

    /// <summary>Whether a row may be returned. Not to be changed while a search uses the mask.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such row.</exception>
    public bool this[int row]
    {
        get
        {
            Check(row);
            return (_words[row / ScanKernel.RowsPerBlock] & Bit(row)) != 0;
        }

        set
        {
            Check(row);
            ref uint word = ref _words[row / ScanKernel.RowsPerBlock];
            word = value ? word | Bit(row) : word & ~Bit(row);
        }
    }

    /// <summary>A mask of its own with the same rows.</summary>
    public RowMask Copy() => new(this);

    /// <summary>The rows that at least one of some masks allows.</summary>
    internal static RowMask Union(int rows, IReadOnlyCollection<RowMask> masks)
    {
        if (masks.Count == 1) return masks.First();
        var union = new RowMask(rows, allowed: false);
        foreach (var mask in masks)
        {
            for (int word = 0; word < union._words.Length; word++) union._words[word] |= mask._words[word];
        }

        return union;
    }

    /// <summary>One word for each block: bit i stands for its row i.</summary>
    internal ReadOnlySpan<uint> Words => _words;

    private static uint Bit(int row) => 1u << (row % ScanKernel.RowsPerBlock);

    private void Check(int row)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(row);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(row, Rows);
    }
}
