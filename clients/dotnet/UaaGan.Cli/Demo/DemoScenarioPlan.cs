using UaaGan.Protos.Perturbation.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Demo;

/// <summary>One scenario of the demo, ready to run: what a generator is trained on and what it is judged by.</summary>
internal sealed record DemoScenarioPlan
{
    /// <summary>Short name; also the name of its folder in the report's.</summary>
    public required string Name { get; init; }

    /// <summary>Heading.</summary>
    public required string Title { get; init; }

    /// <summary>What is queried and what was trained on, in a sentence or two.</summary>
    public required string Description { get; init; }

    /// <summary>The generator's training, the target network included.</summary>
    public required TrainingSettings Training { get; init; }

    /// <summary>Unlabelled images, none of them a query.</summary>
    public required IReadOnlyList<DatasetEntry> TrainingImages { get; init; }

    /// <summary>What is queried.</summary>
    public required RetrievalDataset Data { get; init; }

    /// <summary>Its folder, for the manifest.</summary>
    public required string DataFolder { get; init; }
}
