using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using UaaGan.Failures;

namespace UaaGan.Benchmarks;

/// <summary>Debian's FAISS in a process of its own, timed there.</summary>
internal sealed class FaissPeer : ISearchContender, IDisposable
{
    private readonly Process _python;
    private int _queries;
    private int _k;

    public FaissPeer(int threads)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-B", Path.Combine(AppContext.BaseDirectory, "Python", "search_peer.py"), threads.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Its large batches are OpenBLAS's, which has threads of its own.
        start.Environment["OPENBLAS_NUM_THREADS"] = start.Environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        _python = Process.Start(start)!;
        Name = $"FAISS {Line()["ready ".Length..]}";
    }

    public string Name { get; }

    public void SetGallery(float[] rows, int dimension) => Send("gallery", rows, dimension);

    public void SetQueries(float[] queries, int dimension, int k)
    {
        Send("queries", queries, dimension);
        (_queries, _k) = (queries.Length / dimension, k);
    }

    public double Run()
    {
        Write($"search {_k}\n");
        return double.Parse(Line(), CultureInfo.InvariantCulture);
    }

    public long[] Ids()
    {
        long[] ids = new long[_queries * _k];
        Write("ids\n");
        _python.StandardOutput.BaseStream.ReadExactly(MemoryMarshal.AsBytes(ids.AsSpan()));
        return ids;
    }

    public void Dispose()
    {
        _python.StandardInput.Close();
        _python.WaitForExit();
        _python.Dispose();
    }

    private void Send(string verb, float[] numbers, int dimension)
    {
        Write($"{verb} {numbers.Length / dimension} {dimension}\n");
        var input = _python.StandardInput.BaseStream;
        const int Chunk = 1 << 20;
        for (int start = 0; start < numbers.Length; start += Chunk)
        {
            input.Write(MemoryMarshal.AsBytes(numbers.AsSpan(start, Math.Min(Chunk, numbers.Length - start))));
        }

        input.Flush();
        if (Line() != "ok") throw Ended();
    }

    private void Write(string line)
    {
        _python.StandardInput.Write(line);
        _python.StandardInput.Flush();
    }

    // Bytes and lines come through one pipe, so that a reader with a buffer of its own would swallow what follows a line.
    private string Line()
    {
        var line = new System.Text.StringBuilder();
        while (true)
        {
            int next = _python.StandardOutput.BaseStream.ReadByte();
            if (next == -1) throw Ended();
            if (next == '\n') return line.ToString();
            line.Append((char)next);
        }
    }

    private static FailureException Ended() => new(
        FailureKind.FailedPrecondition, "PEER_MISSING",
        "Debian's FAISS ended without an answer (its message is above). ./run bench installs it: python3-faiss and libopenblas0.");
}
