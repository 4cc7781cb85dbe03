using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>The gradient of a feature loss with respect to the pixels, or a failure that says why there is none.</summary>
internal static class PixelGradient
{
    /// <summary>Computes it, whatever the caller's grad mode: without a derivative the native call would end the process.</summary>
    /// <param name="pixels">[N,C,H,W], a leaf that requires a gradient.</param>
    /// <param name="features">From images to features [N,D].</param>
    /// <param name="loss">From features to a scalar.</param>
    /// <returns>The gradient, shaped like the pixels, and the features it was taken at.</returns>
    /// <exception cref="UaaGan.Failures.FailureException">TARGET_WITHOUT_GRADIENT.</exception>
    public static (Tensor Gradient, Tensor Features) Of(Tensor pixels, Func<Tensor, Tensor> features, Func<Tensor, Tensor> loss)
    {
        using var enabled = enable_grad();
        var computed = features(pixels);
        var value = loss(computed);
        if (!value.requires_grad)
            throw AttackFailure.NoGradient();
        var gradient = autograd.grad([value], [pixels], allow_unused: true)[0];
        return gradient.IsInvalid ? throw AttackFailure.NoGradient() : (gradient, computed.detach());
    }
}
