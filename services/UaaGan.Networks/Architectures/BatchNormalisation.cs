using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>
/// Batch normalisation (Ioffe, Szegedy, ICML 2015) of [N,C] or [N,C,H,W] with the keys and the defaults of PyTorch's BatchNorm1d and
/// BatchNorm2d. In eval mode it is an affine map of each channel, which <see cref="FoldIntoPredecessors"/> moves into the layer before it.
/// </summary>
public sealed class BatchNormalisation : NamedModule
{
    private const double Epsilon = 1e-5;
    private const double Momentum = 0.1;

    // The names by which TorchSharp finds the fields when the module moves to another device or number format.
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter _bias;

    [ComponentName(Name = "running_mean")]
    private readonly Tensor _mean;

    [ComponentName(Name = "running_var")]
    private readonly Tensor _variance;

    [ComponentName(Name = "num_batches_tracked")]
    private readonly Tensor _batches;

    private bool _folded;

    /// <param name="channels">C.</param>
    public BatchNormalisation(int channels) : base(nameof(BatchNormalisation))
    {
        register_parameter("weight", _weight = new Parameter(ones(channels)));
        register_parameter("bias", _bias = new Parameter(zeros(channels)));
        register_buffer("running_mean", _mean = zeros(channels));
        register_buffer("running_var", _variance = ones(channels));
        register_buffer("num_batches_tracked", _batches = zeros([], ScalarType.Int64));
    }

    /// <summary>
    /// Moves each normalisation into the convolution or linear layer that its siblings have directly before it, whose output it
    /// normalises in every architecture here. The network computes the same function with fewer passes over memory; it can no longer be
    /// trained or saved.
    /// </summary>
    /// <param name="network">A network in eval mode, with its weights.</param>
    internal static void FoldIntoPredecessors(nn.Module network)
    {
        using var noGradient = no_grad();
        nn.Module? before = null;
        foreach (var (_, module) in network.named_children())
        {
            if (module is BatchNormalisation normalisation && before is WeightedLayer layer) normalisation.FoldInto(layer);
            else FoldIntoPredecessors(module);
            before = module;
        }
    }

    public override Tensor forward(Tensor input)
    {
        // A blocked map has no alias, and needs no gradient.
        if (_folded) return input.requires_grad ? input.alias() : input.detach();
        if (training)
        {
            using var noGradient = no_grad();
            _batches.AddInPlace(1);
        }

        return nn.functional.batch_norm(input, _mean, _variance, _weight, _bias, training, Momentum, Epsilon);
    }

    private void FoldInto(WeightedLayer layer)
    {
        using var scope = NewDisposeScope();
        var scale = _weight / _variance.Plus(Epsilon).sqrt();
        var shift = _bias - _mean * scale;
        layer.Scale(scale, shift);
        _folded = true;
    }
}
