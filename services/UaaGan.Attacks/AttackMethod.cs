namespace UaaGan.Attacks;

/// <summary>A way to make adversarial queries, and, for those that learn, to train a generator.</summary>
/// <param name="Name">Name, such as pgd.</param>
/// <param name="Description">What it does.</param>
/// <param name="Paper">Where it comes from.</param>
/// <param name="NeedsGenerator">Whether it needs a trained generator.</param>
/// <param name="AttackOptions">Options of the attack.</param>
/// <param name="TrainingOptions">Options of the training; empty for a method without one.</param>
public sealed record AttackMethod(
    string Name,
    string Description,
    string Paper,
    bool NeedsGenerator,
    IReadOnlyList<OptionDefinition> AttackOptions,
    IReadOnlyList<OptionDefinition> TrainingOptions)
{
    /// <summary>Whether it needs a guide image, whose feature the adversarial images are to have.</summary>
    public bool NeedsGuide { get; init; }

    /// <summary>Whether the attack takes gradients through the target network, which a black box does not give. Training always does.</summary>
    public bool NeedsGradient { get; init; } = true;

    /// <summary>Where it departs from the paper; empty: nowhere that matters.</summary>
    public string Departures { get; init; } = "";

    /// <summary>Steps of a training that asks for neither steps nor minutes.</summary>
    public long DefaultSteps { get; init; } = 1000;

    /// <summary>Whether generators can be trained by it.</summary>
    public bool IsTrainable => TrainingOptions.Count > 0;
}
