namespace UaaGan.Attacks;

/// <summary>SSAE's options: a generator with a mask and no discriminator.</summary>
internal static class SsaeMethod
{
    public const string Name = "ssae";

    public static AttackMethod Method { get; } = new(
        Name,
        "A generator turns each query's feature away from itself, and a mask of its own says where the perturbation goes.",
        "Lu et al.: Discriminator-Free Generative Adversarial Attack, ACM MM 2021",
        NeedsGenerator: true,
        AttackOptions: [],
        TrainingOptions:
        [
            OptionDefinition.Number("mask-start", 0.2, 0, 1, "Share of the steps before the mask joins in; its authors train 40 of 190 epochs without."),
            OptionDefinition.Number("lambda-mask", 1e-4, 0, 1e4, "Weight of the mask's size: the sum over its columns of their Euclidean norms, of an image."),
            .. TrainingOptions.Network,
            .. TrainingOptions.Optimiser,
            .. TrainingOptions.Images,
        ])
    {
        Departures = "The generator of this library with a second output in the place of the two decoders; the budget holds in pixels, where its authors clamp in normalised space and "
            + "leave [0,1]; features have unit length, so that its loss on their norms is zero and left out.",
    };
}
