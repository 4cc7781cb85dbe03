namespace UaaGan.Attacks;

/// <summary>The universal perturbation: one for all queries, learned from unlabelled images.</summary>
internal static class UniversalMethod
{
    public const string Name = "uap";

    /// <summary>Steps when neither steps nor minutes are asked for.</summary>
    public const long DefaultSteps = 300;

    public static AttackMethod Method { get; } = new(
        Name,
        "One perturbation for every query, learned to turn all features away from themselves.",
        "Li, Ji, Liu, Hong, Gao, Tian: Universal Perturbation Attack Against Image Retrieval, ICCV 2019",
        NeedsGenerator: true,
        AttackOptions: [],
        TrainingOptions:
        [
            OptionDefinition.Number("step-size", 0, 0, 255, "Size of a sign step in grey levels of 255, falling by 1 % an epoch; 0 means epsilon / 10."),
            OptionDefinition.Number("decay", 1, 0, 1, "Decay factor of the momentum of normalised gradients."),
            OptionDefinition.Integer("batch", 16, 2, 256, "Images a step; fewer when there are fewer images."),
            OptionDefinition.Flag("flips", true, "Flip training images left to right at random."),
            OptionDefinition.Size("train-size", "auto", 16, 1024,
                "Size of the perturbation, to which training images of another size are resized; auto: the most frequent size among them."),
            OptionDefinition.Number("validation-share", 0.1, 0, 0.5,
                "Share of the training images, at most 64, held out to choose the best checkpoint; with 0 or too few, it is chosen on images that train."),
            OptionDefinition.Integer("validations", 8, 1, 100, "How often in a run the perturbation is validated."),
        ])
    {
        Departures = "Its point-wise loss (cos + 1) / 2 alone, on batches of one size, from a random start of a grey level, where that loss has a gradient; "
            + "its label-, pair- and list-wise losses need clusters of a large set.",
    };
}
