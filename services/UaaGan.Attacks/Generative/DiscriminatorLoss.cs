using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Attacks;

/// <summary>Least squares of D (LSGAN; Mao et al., ICCV 2017): D is to say 1 of real images and 0 of adversarial ones, G wants it to say 1.</summary>
internal static class DiscriminatorLoss
{
    /// <summary>E[(D(x)-1)^2] + E[D(x~)^2], and the mean judgements of both.</summary>
    public static (Tensor Loss, Tensor Real, Tensor Fake) OfDiscriminator(Discriminator discriminator, Tensor images, Tensor adversarial)
    {
        var real = discriminator.call(images);
        var fake = discriminator.call(adversarial);
        return (real.Minus(1).Squared().mean().Plus(fake.Squared().mean()), real.mean(), fake.mean());
    }

    /// <summary>E[(D(x~)-1)^2].</summary>
    public static Tensor OfGenerator(Discriminator discriminator, Tensor adversarial) => discriminator.call(adversarial).Minus(1).Squared().mean();
}
