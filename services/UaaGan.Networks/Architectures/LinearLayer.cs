using static TorchSharp.torch;

namespace UaaGan.Networks;

/// <summary>A linear layer, [N,inputs] to [N,outputs], with the keys and the initial values of nn.Linear.</summary>
public sealed class LinearLayer : WeightedLayer
{
    public LinearLayer(int inputs, int outputs, bool bias = true) : base(nameof(LinearLayer), [outputs, inputs], bias)
    {
    }

    public override Tensor forward(Tensor input) => nn.functional.linear(input, Weight, Bias);
}
