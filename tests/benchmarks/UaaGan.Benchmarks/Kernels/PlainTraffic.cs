using UaaGan.Kernels;

namespace UaaGan.Benchmarks;

/// <summary>
/// No arithmetic: the bytes that perturb_forward reads are copied to where it writes. What it takes is what memory takes; it has its turn
/// in every round, since the bandwidth of a virtual machine changes from second to second.
/// </summary>
internal sealed class PlainTraffic(PerturbBatch batch, int threads) : IKernelContender
{
    private const int Chunk = 8192;

    private readonly AlignedBuffer _raw = new(batch.Raw.Length);
    private readonly AlignedBuffer _input = new(batch.Raw.Length);
    private readonly AlignedBuffer _original = new((batch.Original.Length + 3) / 4);
    private readonly AlignedBuffer _adversarial = new((batch.Original.Length + 3) / 4);

    public string Name => "plain traffic";

    public void Run() => Parallel.For(0, (batch.Raw.Length + Chunk - 1) / Chunk, new ParallelOptions { MaxDegreeOfParallelism = threads }, chunk =>
    {
        Copy(_raw, _input, chunk * Chunk, Chunk);
        Copy(_original, _adversarial, chunk * (Chunk / 4), Chunk / 4);
    });

    private static void Copy(AlignedBuffer from, AlignedBuffer to, int start, int length)
    {
        length = Math.Min(length, from.Length - start);
        from.Span.Slice(start, length).CopyTo(to.Span[start..]);
    }
}
