namespace UaaGan.Networks;

/// <summary>Options of a whole model, which stand in the card where an architecture's own do.</summary>
internal static class WholeModelOptions
{
    private const string OutputOption = "output";
    private const int MostOutputs = 64;

    /// <summary>Which of a model's outputs is the feature, from 0; null: it has one and no other.</summary>
    /// <exception cref="Failures.FailureException">InvalidArgument ARCHITECTURE_OPTION_UNKNOWN or ARCHITECTURE_OPTION_INVALID.</exception>
    public static int? Output(ModelCard card)
    {
        ArchitectureRegistry.CheckOptions(card.Architecture, card.ArchitectureOptions, [OutputOption]);
        if (!card.ArchitectureOptions.ContainsKey(OutputOption)) return null;
        return new ArchitectureOptions { Values = card.ArchitectureOptions }.Value(OutputOption, 0, 0, MostOutputs - 1);
    }
}
