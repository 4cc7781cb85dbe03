using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Attacks;

/// <summary>
/// The iterative family: one optimisation a query, no labels; white-box but for nes. All of them project onto the budget after every step and work on
/// unit features. docs/attacks.md has them as a table.
/// </summary>
internal static class IterativeMethods
{
    private const string SteppedAtOneLevel = "Steps of Kurakin et al.: min(epsilon + 4, 1.25 * epsilon) in grey levels, rounded half to even, where steps is 0.";

    private static readonly OptionDefinition Goal = OptionDefinition.Number("stop-distance", 0, 0, 2,
        "Euclidean distance from the clean feature at which an image is done and changes no more; 0: it takes every step.");

    private static readonly OptionDefinition KurakinSteps = OptionDefinition.Integer("steps", 0, 0, 1000,
        "Gradient steps; 0 means min(epsilon + 4, 1.25 * epsilon) in grey levels.");

    private static readonly OptionDefinition OneLevel = OptionDefinition.Number("step-size", 1, 0, 255, "Size of a step in grey levels of 255.");

    private static readonly OptionDefinition StartRadius = OptionDefinition.Number("start-radius", 1, 0, 255,
        "Radius in grey levels around the image of the random point where the first gradient is taken.");

    public static IReadOnlyList<IterativeMethod> All { get; } =
    [
        new(
            new AttackMethod(
                "fgsm",
                "One sign step of the whole budget along the gradient of the feature distance.",
                "Goodfellow, Shlens, Szegedy: Explaining and Harnessing Adversarial Examples, ICLR 2015",
                NeedsGenerator: false,
                [StartRadius],
                [])
            {
                Departures = "Feature distance in place of a classifier's loss; since that distance has no slope at the image, its gradient is taken at a random point beside it.",
            },
            (options, epsilon) => new IterativeRecipe(
                AttackStarts.Near(Levels(options.Number("start-radius"))), FeatureDistance.Euclidean, AttackSteps.SignFromImage(epsilon.Value), 1)),
        new(
            new AttackMethod(
                "bim",
                "Sign steps of one grey level from the image itself (I-FGSM).",
                "Kurakin, Goodfellow, Bengio: Adversarial Examples in the Physical World, ICLR workshop 2017",
                NeedsGenerator: false,
                [KurakinSteps, OneLevel, Goal],
                [])
            {
                Departures = "Feature distance in place of a classifier's loss, its reference shifted by 1e-7 so that it has a gradient at the image. " + SteppedAtOneLevel,
            },
            (options, epsilon) => new IterativeRecipe(
                AttackStarts.AtImage, FeatureDistance.Euclidean, AttackSteps.Sign(Levels(options.Number("step-size"))), Kurakin(options, epsilon))
            {
                Goal = Away(options),
            }),
        new(
            new AttackMethod(
                AttackCatalog.ProjectedGradient,
                "Projected gradient ascent on the feature distance with sign steps, from a random start.",
                "Madry, Makelov, Schmidt, Tsipras, Vladu: Towards Deep Learning Models Resistant to Adversarial Attacks, ICLR 2018",
                NeedsGenerator: false,
                [
                    OptionDefinition.Integer("steps", 20, 1, 1000, "Gradient steps."),
                    OptionDefinition.Number("step-size", 0, 0, 255, "Size of a step in grey levels of 255; 0 means 2.5 * epsilon / steps."),
                    OptionDefinition.Integer("restarts", 1, 1, 100, "Random starts, of which the one that ends farthest from the clean feature is kept."),
                    Goal,
                ],
                [])
            {
                Departures = "Feature distance in place of a classifier's loss.",
            },
            (options, epsilon) => new IterativeRecipe(
                AttackStarts.InBall,
                FeatureDistance.Euclidean,
                AttackSteps.Sign(LevelsOr(options.Number("step-size"), 2.5f * epsilon.Value / options.Integer("steps"))),
                options.Integer("steps"))
            {
                Restarts = options.Integer("restarts"),
                Goal = Away(options),
            }),
        new(
            new AttackMethod(
                "mi-fgsm",
                "Sign steps along a momentum of normalised gradients, from the image itself.",
                "Dong, Liao, Pang, Su, Zhu, Hu, Li: Boosting Adversarial Attacks with Momentum, CVPR 2018",
                NeedsGenerator: false,
                [
                    OptionDefinition.Integer("steps", 10, 1, 1000, "Gradient steps."),
                    OptionDefinition.Number("step-size", 0, 0, 255, "Size of a step in grey levels of 255; 0 means epsilon / steps."),
                    OptionDefinition.Number("decay", 1, 0, 10, "Decay factor mu of the momentum; 0 makes it bim."),
                    Goal,
                ],
                [])
            {
                Departures = "Feature distance in place of a classifier's loss, its reference shifted by 1e-7; gradients are divided by their mean absolute value, as the authors' code does, rather than by their L1 norm: the signs are the same.",
            },
            (options, epsilon) => new IterativeRecipe(
                AttackStarts.AtImage,
                FeatureDistance.Euclidean,
                AttackSteps.Momentum(LevelsOr(options.Number("step-size"), epsilon.Value / options.Integer("steps")), (float)options.Number("decay")),
                options.Integer("steps"))
            {
                Goal = Away(options),
            }),
        new(
            new AttackMethod(
                "odfa",
                "Pulls the feature towards its opposite, summing the signs of the gradients.",
                "Zheng, Zheng, Yang, Yang: U-Turn: Crafting Adversarial Queries with Opposite-Direction Features, IJCV 2023",
                NeedsGenerator: false,
                [KurakinSteps, OneLevel, StartRadius, Goal],
                [])
            {
                Departures = "The first gradient is taken at a random point beside the image: on unit features it is zero at the image, where the authors' code follows rounding errors. One grey level is one in every channel. " + SteppedAtOneLevel,
            },
            (options, epsilon) => new IterativeRecipe(
                AttackStarts.Near(Levels(options.Number("start-radius"))),
                FeatureLosses.Opposite,
                AttackSteps.SignSum(Levels(options.Number("step-size")), epsilon.Value),
                Kurakin(options, epsilon))
            {
                Goal = Away(options),
            }),
        new(
            new AttackMethod(
                "sma",
                "Self metric attack: sign steps of one grey level from a random start, on the squared feature distance.",
                "Bouniot, Audigier, Loesch: Vulnerability of Person Re-Identification Models to Metric Adversarial Attacks, CVPRW 2020",
                NeedsGenerator: false,
                [KurakinSteps, OneLevel, Goal],
                [])
            {
                Departures = "On unit features, where it is pgd with other steps, since squaring a distance changes no sign. " + SteppedAtOneLevel,
            },
            (options, epsilon) => new IterativeRecipe(
                AttackStarts.InBall, FeatureLosses.SquaredEuclidean, AttackSteps.Sign(Levels(options.Number("step-size"))), Kurakin(options, epsilon))
            {
                Goal = Away(options),
            }),
        new(
            new AttackMethod(
                "pire",
                "Adam on the squared feature distance from a random start, in many small steps.",
                "Liu, Zhao, Larson: Who's Afraid of Adversarial Queries? The Impact of Image Modifications on Content-based Image Retrieval, ICMR 2019",
                NeedsGenerator: false,
                [
                    OptionDefinition.Integer("steps", 200, 1, 1000, "Gradient steps."),
                    OptionDefinition.Number("step-size", 0, 0, 255, "Adam's rate in grey levels of 255; 0 means 0.00255 * epsilon, the authors' 1e-4 at their budget of 10/255."),
                    Goal,
                ],
                [])
            {
                Departures = "The budget is kept in the saved file: the authors' code optimises within one in normalised values and enlarges the perturbation afterwards.",
            },
            (options, epsilon) => new IterativeRecipe(
                AttackStarts.InBall,
                FeatureLosses.SquaredEuclidean,
                AttackSteps.Adam(LevelsOr(options.Number("step-size"), 0.00255f * epsilon.Value)),
                options.Integer("steps"))
            {
                Goal = Away(options),
            }),
        new(
            new AttackMethod(
                "nes",
                "Black box: pgd whose gradient is estimated from the features of images around the point, steps * population of them a query.",
                "Ilyas, Engstrom, Athalye, Lin: Black-box Adversarial Attacks with Limited Queries and Information, ICML 2018",
                NeedsGenerator: false,
                [
                    OptionDefinition.Integer("steps", 20, 1, 1000, "Steps, each of population queries to the network."),
                    OptionDefinition.Integer("population", 50, 2, 1000, "Queries a step: two for each random direction, so an odd number counts as one less."),
                    OptionDefinition.Integer("queries", 0, 0, 1_000_000, "Most queries for each image, the clean one left out: no step begins that would exceed them; 0: steps * population."),
                    OptionDefinition.Number("sigma", 2, 0.01, 255, "Length of the directions in grey levels of 255."),
                    OptionDefinition.Integer("noise-size", 32, 1, 1024, "Rows and columns of a direction before it is enlarged to the image; at most the image's own."),
                    OptionDefinition.Number("step-size", 0, 0, 255, "Size of a step in grey levels of 255; 0 means 2.5 * epsilon / steps."),
                ],
                [])
            {
                NeedsGradient = false,
                Departures = "Feature distance in place of a classifier's loss; directions drawn coarse and enlarged, as robrank has it; no momentum.",
            },
            (options, epsilon) => new IterativeRecipe(
                AttackStarts.InBall,
                FeatureDistance.Euclidean,
                AttackSteps.Sign(LevelsOr(options.Number("step-size"), 2.5f * epsilon.Value / Math.Max(1, QueriedSteps(options)))),
                QueriedSteps(options))
            {
                Gradient = AttackGradients.Estimated(options.Integer("population"), Levels(options.Number("sigma")), options.Integer("noise-size")),
            }),
        new(
            new AttackMethod(
                "tma",
                "Targeted mismatch: Adam on the cosine distance to the feature of a guide image, which the query then retrieves.",
                "Tolias, Radenovic, Chum: Targeted Mismatch Adversarial Attack: Query with a Flower to Retrieve the Tower, ICCV 2019",
                NeedsGenerator: false,
                [
                    OptionDefinition.Integer("steps", 100, 1, 1000, "Gradient steps."),
                    OptionDefinition.Number("step-size", 2.55, 0, 255, "Adam's rate in grey levels of 255; the authors' is 0.01 in [0,1]."),
                    OptionDefinition.Number("stop-distance", 0, 0, 2,
                        "Euclidean distance to the guide's feature at which an image is done and changes no more; 0: it takes every step."),
                ],
                [])
            {
                NeedsGuide = true,
                Departures = "The global descriptor at one scale, without blur and without a weight on the distortion: the budget bounds that.",
            },
            (options, _) => new IterativeRecipe(
                AttackStarts.AtImage, FeatureLosses.Cosine, AttackSteps.Adam(Levels(options.Number("step-size"))), options.Integer("steps"))
            {
                Goal = options.Number("stop-distance") is > 0 and var near
                    ? (adversarial, reference) => FeatureDistance.Euclidean(adversarial, reference).IsAtMost(near)
                    : null,
            }),
    ];

    private static AttackGoal? Away(OptionValues options) => options.Number("stop-distance") is > 0 and var far
        ? (adversarial, reference) => FeatureDistance.Euclidean(adversarial, reference).IsAtLeast(far)
        : null;

    private static int QueriedSteps(OptionValues options) => options.Integer("queries") is > 0 and var queries
        ? Math.Min(options.Integer("steps"), queries / (options.Integer("population") / 2 * 2))
        : options.Integer("steps");

    private static int Kurakin(OptionValues options, Epsilon epsilon) => options.Integer("steps") is > 0 and var steps
        ? steps
        : (int)Math.Round(Math.Min(epsilon.Numerator255 + 4, 1.25 * epsilon.Numerator255), MidpointRounding.ToEven);

    private static float Levels(double levels) => (float)(levels / 255);

    private static float LevelsOr(double levels, float otherwise) => levels > 0 ? Levels(levels) : otherwise;
}
