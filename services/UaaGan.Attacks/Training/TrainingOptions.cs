namespace UaaGan.Attacks;

/// <summary>Options that trainings share.</summary>
internal static class TrainingOptions
{
    /// <summary>The generator's form.</summary>
    public static IReadOnlyList<OptionDefinition> Network { get; } =
    [
        OptionDefinition.Choice("bound", "tanh", "How the budget is kept: epsilon*tanh(g), or a hard clamp of epsilon*g.", "tanh", "clamp"),
        OptionDefinition.Number("texture-floor", 1, 0, 1,
            "Share of the budget left where the image is flat, the rest following the local contrast; 1 spends it everywhere alike. Below 1 is no part of the paper."),
        OptionDefinition.Integer("generator-width", 80, 4, 512, "Channels of the generator."),
        OptionDefinition.Integer("generator-blocks", 5, 1, 32, "Residual blocks of the generator."),
        OptionDefinition.Integer("unshuffle", 8, 1, 16, "Side of the square of pixels that the generator folds into channels."),
    ];

    /// <summary>The discriminator, where there is one.</summary>
    public static IReadOnlyList<OptionDefinition> Discriminator { get; } =
    [
        OptionDefinition.Integer("discriminator-width", 32, 4, 256, "Channels of the discriminator's first layer."),
        OptionDefinition.Integer("discriminator-interval", 1, 1, 100, "Generator steps for each discriminator step."),
        OptionDefinition.Number("discriminator-learning-rate", 2e-4, 1e-6, 1, "Adam's rate for the discriminator, constant."),
    ];

    /// <summary>The optimiser.</summary>
    public static IReadOnlyList<OptionDefinition> Optimiser { get; } =
    [
        OptionDefinition.Number("learning-rate", 3e-3, 1e-6, 1, "Adam's rate for the generator, after a short rise and before a cosine fall to 5 %."),
        OptionDefinition.Number("beta1", 0.5, 0, 0.999, "Adam's decay of the first moment."),
        OptionDefinition.Number("beta2", 0.999, 0, 0.99999, "Adam's decay of the second moment."),
    ];

    /// <summary>The images and the validation of any training.</summary>
    public static IReadOnlyList<OptionDefinition> Images { get; } =
    [
        OptionDefinition.Integer("batch", 16, 2, 256, "Images a step; fewer when there are fewer images."),
        OptionDefinition.Flag("flips", true, "Flip training images left to right at random."),
        OptionDefinition.Integer("crops", 8, 0, 64, "Largest random shift of a training image in pixels, its border filled by reflection; fewer in an image that is smaller."),
        OptionDefinition.Size("train-size", "auto", 16, 1024,
            "Size that training images of another size are resized to, bilinear; auto: the most frequent size among them."),
        OptionDefinition.Number("validation-share", 0.1, 0, 0.5,
            "Share of the training images, at most 64, held out to choose the best checkpoint; with 0 or too few, it is chosen on images that train."),
        OptionDefinition.Integer("validations", 8, 1, 100, "How often in a run what is learned is validated."),
        OptionDefinition.Integer("patience", 0, 0, 100, "Validations without a better one after which a training ends early, before its rate has fallen; 0: never."),
    ];
}
