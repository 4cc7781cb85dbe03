namespace UaaGan.Attacks;

/// <summary>UAA-GAN's options (Zhao, Zhang, Liu, Wen, arXiv 1907.05793). What the paper leaves open is an option.</summary>
internal static class UaaGanMethod
{
    public const string Name = "uaa-gan";

    /// <summary>Optimiser steps when neither steps nor minutes are asked for.</summary>
    public const long DefaultSteps = 1000;

    public static AttackMethod Method { get; } = new(
        Name,
        "One forward pass of a trained generator gives each query its own perturbation: x + epsilon * tanh(G(x)).",
        "Zhao, Zhang, Liu, Wen: Unsupervised Adversarial Attacks on Deep Feature-based Retrieval with GAN, arXiv 1907.05793",
        NeedsGenerator: true,
        AttackOptions: [],
        TrainingOptions:
        [
            OptionDefinition.Flag("faithful", false,
                "The losses as printed in the paper: sets the defaults of reconstruction, lambda-reconstruction, ssim-target, lambda-swap, texture-floor and quantise; an option given beside it wins."),
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
            OptionDefinition.Choice("bound", "tanh", "How the budget is kept: epsilon*tanh(g), or a hard clamp of epsilon*g.", "tanh", "clamp"),
            OptionDefinition.Number("texture-floor", 1, 0, 1,
                "Share of the budget left where the image is flat, the rest following the local contrast; 1 spends it everywhere alike. Below 1 is no part of the paper."),
            OptionDefinition.Flag("quantise", true, "Train on images as they are saved, rounded to uint8, with a straight-through gradient."),
            OptionDefinition.Integer("generator-width", 80, 4, 512, "Channels of the generator."),
            OptionDefinition.Integer("generator-blocks", 5, 1, 32, "Residual blocks of the generator."),
            OptionDefinition.Integer("unshuffle", 8, 1, 16, "Side of the square of pixels that the generator folds into channels."),
            OptionDefinition.Integer("discriminator-width", 32, 4, 256, "Channels of the discriminator's first layer."),
            OptionDefinition.Integer("discriminator-interval", 1, 1, 100, "Generator steps for each discriminator step."),
            OptionDefinition.Number("learning-rate", 3e-3, 1e-6, 1, "Adam's rate for the generator, after a short rise and before a cosine fall to 5 %."),
            OptionDefinition.Number("discriminator-learning-rate", 2e-4, 1e-6, 1, "Adam's rate for the discriminator, constant."),
            OptionDefinition.Number("beta1", 0.5, 0, 0.999, "Adam's decay of the first moment."),
            OptionDefinition.Number("beta2", 0.999, 0, 0.99999, "Adam's decay of the second moment."),
            OptionDefinition.Integer("batch", 16, 2, 256, "Images a step; fewer when there are fewer images."),
            OptionDefinition.Flag("flips", true, "Flip training images left to right at random."),
            OptionDefinition.Integer("crops", 8, 0, 64, "Largest random shift of a training image in pixels, its border filled by reflection; fewer in an image that is smaller."),
            OptionDefinition.Size("train-size", "auto", 16, 1024,
                "Size that training images of another size are resized to, bilinear; auto: the most frequent size among them."),
            OptionDefinition.Number("validation-share", 0.1, 0, 0.5,
                "Share of the training images, at most 64, held out to choose the best checkpoint; with 0 or too few, it is chosen on images that train."),
            OptionDefinition.Integer("validations", 8, 1, 100, "How often in a run the generator is validated."),
        ]);

    private static readonly Dictionary<string, string> AsPrinted = new()
    {
        ["reconstruction"] = "norm",
        ["lambda-reconstruction"] = "0.1",
        ["ssim-target"] = "0",
        ["lambda-swap"] = "0",
        ["texture-floor"] = "1",
        ["quantise"] = "false",
    };

    /// <summary>Every training option with the value it runs with.</summary>
    /// <exception cref="UaaGan.Failures.FailureException">OPTION_UNKNOWN or OPTION_INVALID.</exception>
    public static OptionValues Resolve(IReadOnlyDictionary<string, string> given)
    {
        var options = OptionValues.Resolve(Name, Method.TrainingOptions, given);
        return options.Flag("faithful") ? OptionValues.Resolve(Name, Method.TrainingOptions, given, AsPrinted) : options;
    }
}
