using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>
/// Initial weights from a seed, by PyTorch's rule for convolutions: uniform on +-1/sqrt(fan in), biases likewise; normalisations start
/// as the identity. Torch's own generator is global to the process and would let two trainings disturb each other.
/// </summary>
internal static class SeededInitialization
{
    public static void Apply(nn.Module module, ulong seed, string purpose)
    {
        using var gradients = no_grad();
        var bound = 1.0;
        var index = 0;
        foreach (var (name, parameter) in module.named_parameters())
        {
            using var scope = NewDisposeScope();
            var random = SeededRandom.For(seed, "weights:" + purpose, index++);
            if (name.Contains("norm", StringComparison.Ordinal))
            {
                parameter.FillInPlace(name.EndsWith("weight", StringComparison.Ordinal) ? 1 : 0);
                continue;
            }

            // A convolution's bias follows its weight, and shares its bound.
            if (parameter.shape.Length > 1)
                bound = 1 / Math.Sqrt(parameter.numel() / (double)parameter.shape[0]);
            var values = new float[parameter.numel()];
            for (var i = 0; i < values.Length; i++)
                values[i] = (float)((random.NextUnit() * 2 - 1) * bound);
            parameter.copy_(tensor(values, parameter.shape));
        }
    }
}
