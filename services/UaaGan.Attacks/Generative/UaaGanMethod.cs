namespace UaaGan.Attacks;

/// <summary>UAA-GAN's options (Zhao, Zhang, Liu, Wen, arXiv 1907.05793). What the paper leaves open is an option.</summary>
internal static class UaaGanMethod
{
    public const string Name = "uaa-gan";

    public static AttackMethod Method { get; } = new(
        Name,
        "One forward pass of a trained generator gives each query its own perturbation: x + epsilon * tanh(G(x)).",
        "Zhao, Zhang, Liu, Wen: Unsupervised Adversarial Attacks on Deep Feature-based Retrieval with GAN, arXiv 1907.05793",
        NeedsGenerator: true,
        AttackOptions: [],
        TrainingOptions:
        [
            OptionDefinition.Flag("faithful", false,
                "The losses as printed in the paper: sets the defaults of reconstruction, lambda-reconstruction, ssim-target, lambda-swap, lambda-attraction, texture-floor, target-map, second-look, second-look-gradient and quantise; an option given beside it wins."),
            OptionDefinition.Number("margin", 0.3, 0, 2, "m of the metric loss max(d(f(x), f(x')) + m - d(f(x), f(x~)), 0), d Euclidean on unit features."),
            OptionDefinition.Choice("mining", "farthest", "Which other image of the batch is x' in the metric loss.", "farthest", "nearest", "mean"),
            OptionDefinition.Number("lambda-metric", 30, 0, 1e4, "Weight of the metric loss."),
            OptionDefinition.Number("lambda-gan", 1, 0, 1e4, "Weight of the adversarial loss (D(x~)-1)^2; 0 trains without a discriminator."),
            OptionDefinition.Choice("reconstruction", "mean-square",
                "The reconstruction loss: the mean square of (x~-x)/epsilon over pixels, or the Euclidean norm of x~-x an image.", "mean-square", "norm"),
            OptionDefinition.Number("lambda-reconstruction", 0, 0, 1e6, "Weight of the reconstruction loss."),
            OptionDefinition.Number("ssim-target", 0.88, 0, 0.999,
                "Mean SSIM to keep in training: a loss on 1-SSIM whose weight is steered until the mean holds; 0 leaves SSIM alone. No part of the paper."),
            OptionDefinition.Number("lambda-swap", 10, 0, 1e4,
                "Weight of a loss on d(f(x), f(x + another image's perturbation)), of half of each batch, which makes perturbations query-specific; 0 turns it off. No part of the paper."),
            OptionDefinition.Number("lambda-attraction", 30, 0, 1e4,
                "Weight of a loss that draws f(x~) to those of the last 512 images' features that f(x) is farthest from; 0 turns it off. No part of the paper."),
            OptionDefinition.Flag("quantise", true, "Train on images as they are saved, rounded to uint8, with a straight-through gradient."),
            .. TrainingOptions.Network,
            .. TargetView.Definitions,
            .. TrainingOptions.Discriminator,
            .. TrainingOptions.Optimiser,
            .. TrainingOptions.Images,
        ]);

    private static readonly Dictionary<string, string> AsPrinted = new()
    {
        ["reconstruction"] = "norm",
        ["lambda-reconstruction"] = "0.1",
        ["ssim-target"] = "0",
        ["lambda-swap"] = "0",
        ["lambda-attraction"] = "0",
        ["texture-floor"] = "1",
        ["target-map"] = "off",
        ["second-look"] = "0",
        ["second-look-gradient"] = "false",
        ["quantise"] = "false",
    };

    // What its gradient makes of a query suits that query alone; a loss that asks for it only holds it back.
    private static readonly Dictionary<string, string> WithGradient = new() { [TargetView.SecondLookOption] = "3", ["lambda-swap"] = "0" };

    /// <summary>Every training option with the value it runs with.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">OPTION_UNKNOWN or OPTION_INVALID.</exception>
    public static OptionValues Resolve(IReadOnlyDictionary<string, string> given)
    {
        var options = OptionValues.Resolve(Name, Method.TrainingOptions, given);
        return options.Flag("faithful") ? OptionValues.Resolve(Name, Method.TrainingOptions, given, AsPrinted)
            : options.Flag(TargetView.GradientOption) ? OptionValues.Resolve(Name, Method.TrainingOptions, given, WithGradient)
            : options;
    }
}
