using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Kernels;

/// <summary>
/// Exact search by scan_topk and rerank_exact. Queries whose candidates overflow their reservoirs are searched again with larger ones,
/// at last as large as the part of the rows that fills them, so that no candidate is ever lost.
/// </summary>
internal sealed unsafe class DeviceGallery : IGallerySearch
{
    private const int RowTile = 128;
    private const int FirstCapacity = 1024;
    private const int CapacityFactor = 4;

    private readonly IKernelDevice _device;
    private readonly LaunchedKernels _kernels;
    private readonly PackedFeatures _rows;
    private readonly int _blocks;
    private readonly long _candidateBytes;
    private readonly int _firstCapacity;

    /// <param name="device">Where the rows are.</param>
    /// <param name="kernels">The device's kernels.</param>
    /// <param name="rows">The rows; disposed of with this.</param>
    /// <param name="blocks">Blocks that keep the device busy.</param>
    /// <param name="candidateBytes">Memory for candidates; queries are searched in as many batches as it takes.</param>
    /// <param name="firstCapacity">Candidates of a query in one part of the rows at the first try, at least.</param>
    public DeviceGallery(
        IKernelDevice device, LaunchedKernels kernels, PackedFeatures rows, int blocks, long candidateBytes = 256 << 20, int firstCapacity = FirstCapacity)
    {
        (_device, _kernels, _rows, _blocks, _candidateBytes, _firstCapacity) = (device, kernels, rows, blocks, candidateBytes, firstCapacity);
    }

    public int Rows => _rows.Count;

    public int Dimension => _rows.Dimension;

    public int MaxK => LaunchPlan.MaxHalf;

    /// <summary>Queries that had to be searched again.</summary>
    public int Overflows { get; private set; }

    public ScoredRow[][] Search(ReadOnlySpan<float> queries, int k, IReadOnlyList<RowMask?> masks, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentNullException.ThrowIfNull(masks);
        if (queries.Length % Dimension != 0) throw new ArgumentException($"{queries.Length} numbers are no queries of {Dimension} components.", nameof(queries));
        int count = queries.Length / Dimension;
        if (masks.Count != count) throw new ArgumentException($"There are {masks.Count} masks for {count} queries.", nameof(masks));
        if (masks.FirstOrDefault(mask => mask is not null && mask.Rows != Rows) is { } wrong)
            throw new ArgumentException($"The mask is for {wrong.Rows} rows; the gallery has {Rows}.", nameof(masks));
        k = Math.Min(k, Math.Max(Rows, 1));
        if (k > MaxK)
        {
            throw new FailureException(
                FailureKind.InvalidArgument, "K_TOO_LARGE", string.Create(CultureInfo.InvariantCulture, $"A search on a GPU returns at most {MaxK} rows; {k} were asked for."));
        }

        var rankings = new ScoredRow[count][];
        if (Rows == 0) Array.Fill(rankings, []);
        else Search(queries, [.. Enumerable.Range(0, count)], k, masks, Math.Max(_firstCapacity, 2 * k) + RowTile, rankings, cancellation);
        return rankings;
    }

    public void Dispose() => _rows.Dispose();

    private void Search(ReadOnlySpan<float> queries, int[] wanted, int k, IReadOnlyList<RowMask?> masks, long capacity, ScoredRow[][] rankings, CancellationToken cancellation)
    {
        int start = 0;
        while (start < wanted.Length)
        {
            cancellation.ThrowIfCancellationRequested();
            var shape = Shape(wanted.Length - start, capacity);
            int[] batch = wanted[start..(start + shape.Queries)];
            start += batch.Length;
            int[] again = SearchBatch(queries, batch, k, masks, shape, rankings);
            Overflows += again.Length;
            if (again.Length > 0) Search(queries, again, k, masks, capacity * CapacityFactor, rankings, cancellation);
        }
    }

    /// <summary>How many queries, parts and candidates fit.</summary>
    private ScanShape Shape(int queries, long capacity)
    {
        int tiles = (Rows + RowTile - 1) / RowTile;
        while (true)
        {
            int queryTiles = queries <= LaunchPlan.FewQueries ? 1 : (queries + RowTile - 1) / RowTile;
            int splits = Math.Clamp(_blocks / queryTiles, 1, tiles);
            // With room for every row of its part and a tile, a reservoir never overflows.
            long whole = ((long)(tiles + splits - 1) / splits * RowTile) + RowTile;
            int ofQuery = checked((int)Math.Min(capacity, whole));
            long fit = _candidateBytes / ((long)splits * ofQuery * sizeof(ulong));
            if (fit >= queries || queries == 1) return new ScanShape(queries, splits, ofQuery);
            queries = (int)Math.Max(Math.Min(fit, queries - 1), 1);
        }
    }

    private int[] SearchBatch(ReadOnlySpan<float> queries, int[] batch, int k, IReadOnlyList<RowMask?> masks, ScanShape shape, ScoredRow[][] rankings)
    {
        float[] chosen = new float[batch.Length * Dimension];
        for (int i = 0; i < batch.Length; i++) queries.Slice(batch[i] * Dimension, Dimension).CopyTo(chosen.AsSpan(i * Dimension));
        using var packed = new PackedFeatures(_device, chosen, Dimension, "query");
        using var candidates = _device.Allocate<ulong>((long)batch.Length * shape.Splits * shape.Capacity);
        using var counts = _device.Allocate<uint>((long)batch.Length * shape.Splits);
        using var thresholds = _device.AllocateZeros<uint>(batch.Length);
        using var overflows = _device.AllocateZeros<uint>(batch.Length);
        using var best = _device.Allocate<ulong>((long)batch.Length * k);
        using var found = _device.Allocate<int>(batch.Length);
        using var mask = Masks(Array.ConvertAll(batch, query => masks[query]), out long maskStride);
        _kernels.Run(new ScanArguments
        {
            Queries = packed.Packed,
            QueryResiduals = packed.Residuals,
            Rows = _rows.Packed,
            Mask = mask is null ? null : (uint*)mask.Address,
            Candidates = (ulong*)candidates.Address,
            Counts = (uint*)counts.Address,
            Thresholds = (uint*)thresholds.Address,
            Overflows = (uint*)overflows.Address,
            MaskStride = maskStride,
            QueryCount = batch.Length,
            RowCount = Rows,
            Dimension = Dimension,
            Stride = _rows.Stride,
            K = k,
            Capacity = shape.Capacity,
            Splits = shape.Splits,
            RowResidual = _rows.LargestResidual,
        });
        _kernels.Run(new RerankArguments
        {
            Queries = packed.Unit,
            Rows = _rows.Unit,
            Candidates = (ulong*)candidates.Address,
            Counts = (uint*)counts.Address,
            Thresholds = (uint*)thresholds.Address,
            Best = (ulong*)best.Address,
            Found = (int*)found.Address,
            QueryCount = batch.Length,
            Dimension = Dimension,
            K = k,
            Capacity = shape.Capacity,
            Splits = shape.Splits,
            Half = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(k, LaunchPlan.Threads)),
        });

        ulong[] keys = _device.Read<ulong>(best, batch.Length * k);
        int[] lengths = _device.Read<int>(found, batch.Length);
        uint[] overflowed = _device.Read<uint>(overflows, batch.Length);
        for (int i = 0; i < batch.Length; i++) rankings[batch[i]] = Array.ConvertAll(keys[(i * k)..((i * k) + lengths[i])], ScoredRow.FromKey);
        return [.. batch.Where((_, i) => overflowed[i] != 0)];
    }

    /// <summary>The masks' words on the device: none where every query may take every row, one where all share it.</summary>
    private DeviceMemory? Masks(RowMask?[] masks, out long stride)
    {
        stride = 0;
        if (masks.All(mask => mask is null)) return null;
        if (masks.All(mask => mask == masks[0])) return _device.AllocateWith(masks[0]!.Words);
        var every = new RowMask(Rows, allowed: true);
        int words = every.Words.Length;
        stride = words;
        uint[] all = new uint[(long)masks.Length * words];
        for (int i = 0; i < masks.Length; i++) (masks[i] ?? every).Words.CopyTo(all.AsSpan(i * words));
        return _device.AllocateWith<uint>(all);
    }

    private readonly record struct ScanShape(int Queries, int Splits, int Capacity);
}
