using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Benchmarks;

/// <summary>The same by a chain of tensor operations, in place wherever that is possible.</summary>
internal sealed class LibtorchPerturb : IKernelContender, IDisposable
{
    private readonly Tensor _raw;
    private readonly Tensor _original;
    private readonly Tensor _mean = tensor(PerturbBatch.Mean).view(1, 3, 1, 1);
    private readonly Tensor _deviation = tensor(PerturbBatch.Deviation).view(1, 3, 1, 1);
    private Tensor[] _results = [];

    public LibtorchPerturb(PerturbBatch batch, int threads)
    {
        set_num_threads(threads);
        _raw = frombuffer(batch.Raw, ScalarType.Float32).reshape(batch.Images, 3, batch.Height, batch.Width);
        _original = frombuffer(batch.Original, ScalarType.Byte).reshape(batch.Images, batch.Height, batch.Width, 3);
    }

    public string Name => $"libtorch {__version__}";

    public void Run()
    {
        foreach (var result in _results) result.Dispose();
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var before = _original.permute(0, 3, 1, 2).contiguous();
        var levels = _raw.tanh().MultiplyInPlace(PerturbBatch.Levels).AddInPlace(before).ClampInPlace(0, 255).round_();
        var stored = levels.to(ScalarType.Byte);
        var adversarial = stored.permute(0, 2, 3, 1).contiguous();
        var differences = levels - before;
        var largest = differences.abs().amax([1, 2, 3]);
        var sum = differences.abs().sum([1, 2, 3]);
        var squares = differences.Squared().sum([1, 2, 3]);
        var input = levels.DivideInPlace(255).sub_(_mean).div_(_deviation);
        _results = [adversarial.MoveToOuterDisposeScope(), input.MoveToOuterDisposeScope(), largest.MoveToOuterDisposeScope(), sum.MoveToOuterDisposeScope(), squares.MoveToOuterDisposeScope()];
    }

    /// <summary>What the last run left: interleaved bytes, and the network's input.</summary>
    public (byte[] Adversarial, float[] Input) Results() => (_results[0].data<byte>().ToArray(), _results[1].data<float>().ToArray());

    public void Dispose()
    {
        foreach (var each in _results.Concat([_raw, _original, _mean, _deviation])) each.Dispose();
    }
}
