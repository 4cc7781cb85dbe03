namespace UaaGan.Attacks;

/// <summary>RayS's options: an attack that is told yes or no and nothing else.</summary>
internal static class DecisionMethod
{
    public const string Name = "rays";

    public static AttackMethod Method { get; } = new(
        Name,
        "Decision-based black box: looks for the signs that take a query furthest on a ray, told only whether the network still takes the image for the query.",
        "Chen, Gu: RayS: A Ray Searching Method for Hard-label Adversarial Attack, KDD 2020",
        NeedsGenerator: false,
        [
            OptionDefinition.Integer("queries", 1000, 1, 1_000_000, "Most images that the network is asked about for each query, the clean one left out."),
            OptionDefinition.Number("threshold", 0.8, 1e-4, 2, "Euclidean distance of unit features from which on the network no longer takes an image for the query."),
        ],
        [])
    {
        NeedsGradient = false,
        Departures = "The decision is whether the feature distance reaches a threshold, in the place of a classifier's label; a ray is searched to a quarter of a grey level; where no ray succeeds within the budget, "
            + "the whole budget is spent along the best one.",
    };
}
