using System.Diagnostics;
using static TorchSharp.torch;

namespace UaaGan.Benchmarks;

/// <summary>libtorch through TorchSharp: a product of matrices, then topk. Queries go in groups whose scores fit 256 MiB.</summary>
internal sealed class LibtorchPeer : ISearchContender, IDisposable
{
    private const long ScoresAtOnce = 64L << 20;

    private Tensor? _gallery;
    private Tensor? _queries;
    private int _k;
    private long[] _ids = [];

    public LibtorchPeer(int threads) => set_num_threads(threads);

    public string Name => $"libtorch {__version__}";

    // The tensor uses the array itself.
    public void SetGallery(float[] rows, int dimension)
    {
        _gallery?.Dispose();
        _gallery = frombuffer(rows, ScalarType.Float32).reshape(-1, dimension);
    }

    public void SetQueries(float[] queries, int dimension, int k)
    {
        _queries?.Dispose();
        _queries = tensor(queries).reshape(-1, dimension);
        _k = k;
    }

    public double Run()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var start = Stopwatch.GetTimestamp();
        long most = Math.Max(ScoresAtOnce / _gallery!.shape[0], 1);
        var found = new List<Tensor>();
        foreach (var queries in _queries!.split(most))
        {
            using var scores = queries.shape[0] == 1 ? mv(_gallery, queries[0]).unsqueeze(0) : mm(queries, _gallery.t());
            found.Add(scores.topk(Math.Min(_k, (int)_gallery.shape[0])).indexes);
        }

        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        _ids = cat(found).data<long>().ToArray();
        return seconds;
    }

    public long[] Ids() => _ids;

    public void Dispose()
    {
        _gallery?.Dispose();
        _queries?.Dispose();
    }
}
