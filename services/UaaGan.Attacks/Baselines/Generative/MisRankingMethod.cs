namespace UaaGan.Attacks;

/// <summary>Mis-ranking's options, in the form that needs no labels.</summary>
internal static class MisRankingMethod
{
    public const string Name = "mis-ranking";

    public static AttackMethod Method { get; } = new(
        Name,
        "A generator makes two views of an image end farther from each other than from any other image, judged by a discriminator.",
        "Wang, Wang, Wang, Zhang, Lin: Transferable, Controllable, and Inconspicuous Adversarial Attacks on Person Re-identification With Deep Mis-Ranking, CVPR 2020",
        NeedsGenerator: true,
        AttackOptions: [],
        TrainingOptions:
        [
            OptionDefinition.Number("margin", 0.3, 0, 2, "m of the ranking loss."),
            OptionDefinition.Number("lambda-rank", 10, 0, 1e4, "Weight of the ranking loss."),
            OptionDefinition.Number("lambda-ssim", 0.1, 0, 1e4, "Weight of 1 - SSIM."),
            OptionDefinition.Number("lambda-gan", 1, 0, 1e4, "Weight of the adversarial loss (D(x~)-1)^2; 0 trains without a discriminator."),
            .. TrainingOptions.Network,
            .. TrainingOptions.Discriminator,
            .. TrainingOptions.Optimiser,
            .. TrainingOptions.Images,
        ])
    {
        Departures = "Without labels: an image and its mirror are one identity, every other image another, so that its loss on predicted classes falls away; no logarithm, which is infinite where the "
            + "ranking is wrong already; SSIM in the place of MS-SSIM, which small crops do not allow; no pixel mask; the generator and the discriminator of this library.",
    };
}
