namespace UaaGan.Attacks;

/// <summary>The universal perturbation: one for all queries, learned from unlabelled images.</summary>
internal static class UniversalMethod
{
    public const string Name = "uap";

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
            .. TrainingOptions.Images,
        ])
    {
        DefaultSteps = 300,
        Departures = "Its point-wise loss (cos + 1) / 2 alone, on batches of one size, from a random start of a grey level, where that loss has a gradient; "
            + "its label-, pair- and list-wise losses need clusters of a large set.",
    };
}
