using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Adam (Kingma and Ba, 2015) with its moments in the open, so that a checkpoint holds them and a resumed training goes on to the bit.
/// </summary>
internal sealed class AdamOptimizer : IDisposable
{
    private const double Stability = 1e-8;

    private readonly (string Name, Tensor Parameter, Tensor First, Tensor Second)[] _entries;
    private readonly double _beta1, _beta2;

    public AdamOptimizer(IReadOnlyDictionary<string, Tensor> parameters, double beta1, double beta2)
    {
        _beta1 = beta1;
        _beta2 = beta2;
        _entries = [.. parameters.Select(pair => (
            pair.Key, pair.Value, zeros_like(pair.Value).DetachFromDisposeScope(), zeros_like(pair.Value).DetachFromDisposeScope()))];
        Parameters = [.. _entries.Select(entry => entry.Parameter)];
    }

    /// <summary>The parameters, in the order in which <see cref="Step"/> takes their gradients.</summary>
    public IList<Tensor> Parameters { get; }

    /// <summary>Updates the parameters.</summary>
    /// <param name="gradients">One a parameter, in order.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="count">Updates done so far, this one included.</param>
    public void Step(IList<Tensor> gradients, double rate, long count)
    {
        using var disabled = no_grad();
        using var scope = NewDisposeScope();
        var firstCorrection = 1 - Math.Pow(_beta1, count);
        var secondCorrection = Math.Sqrt(1 - Math.Pow(_beta2, count));
        for (var i = 0; i < _entries.Length; i++)
        {
            var (_, parameter, first, second) = _entries[i];
            first.MultiplyInPlace(_beta1).AddInPlace(gradients[i], 1 - _beta1);
            second.MultiplyInPlace(_beta2).AddProductInPlace(gradients[i], gradients[i], 1 - _beta2);
            var denominator = second.sqrt().DivideInPlace(secondCorrection).AddInPlace(Stability);
            parameter.AddQuotientInPlace(first, denominator, -rate / firstCorrection);
        }
    }

    /// <summary>The moments by name, for a checkpoint.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State(string prefix) => _entries.SelectMany(entry => new[]
    {
        KeyValuePair.Create($"{prefix}first.{entry.Name}", entry.First),
        KeyValuePair.Create($"{prefix}second.{entry.Name}", entry.Second),
    });

    public void Dispose()
    {
        foreach (var (_, _, first, second) in _entries)
        {
            first.Dispose();
            second.Dispose();
        }
    }
}
