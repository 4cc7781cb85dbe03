using UaaGan.Demo;
using UaaGan.Failures;
using UaaGan.Networks;
using UaaGan.Retrieval;

namespace UaaGan.Benchmarks;

/// <summary>The image sets that variants are compared on: three real ones of the shared data, and the demo's drawn ones.</summary>
internal static class AblationSets
{
    private static readonly RealSet[] Real =
    [
        new("market", RealNetworks.OsNet, "reid-market1501", RankingProtocols.Market1501, null, "bounding_box_train", null),
        new("orl", RealNetworks.MobileFaceNet, "faces-orl", RankingProtocols.LeaveOneOut, "faces-orl-query.txt", "", "faces-orl-train.txt"),
        new("food7", RealNetworks.MobileNetV2, "retrieval-food7", RankingProtocols.LeaveOneOut, "retrieval-food7-query.txt", "", "retrieval-food7-train.txt"),
    ];

    public static string[] Names { get; } = [.. Real.Select(set => set.Name), .. DemoScenarios.All.Select(scenario => scenario.Name)];

    /// <summary>Lays out a set with its network in a repository.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="folder">Gets the repository, and what is drawn.</param>
    /// <param name="cancellation">Stops between two drawings.</param>
    /// <exception cref="FailureException">SHARED_DATA_MISSING, and what the repository and the data set's reader refuse.</exception>
    public static AblationSet Open(string name, string folder, CancellationToken cancellation) =>
        Array.Find(Real, set => set.Name == name) is { } real ? Open(real, folder) : Draw(DemoScenarios.Get(name), folder, cancellation);

    private static AblationSet Open(RealSet set, string folder)
    {
        string data = Shared(set.Folder), training = Shared(Path.Combine(set.Folder, set.Training));
        var models = new ModelRepository(Path.Combine(folder, "models"));
        ModelCard card = models.Add(set.Network with { WeightsPath = Shared(set.Network.WeightsPath) });
        return new AblationSet(set.Name, models, card, Datasets.Read(set.Protocol, data, List(set.Queries)), Datasets.Images(training, List(set.TrainingList)));

        string? List(string? file) => file is null ? null : Shared(Path.Combine("splits", file));

        string Shared(string relative)
        {
            string path = Path.Combine(RealNetworks.Data, relative);
            return Path.Exists(path) ? path : throw new FailureException(
                FailureKind.NotFound, "SHARED_DATA_MISSING", $"The set {set.Name} needs {path}, which is not there. Set UAAGAN_SHARED to the folder that holds data/, or take a drawn set: {string.Join(", ", DemoScenarios.All.Select(scenario => scenario.Name))}.");
        }
    }

    private static AblationSet Draw(DemoScenario scenario, string folder, CancellationToken cancellation)
    {
        var models = new ModelRepository(Path.Combine(folder, "models"));
        scenario.WriteModel(Path.Combine(folder, "models"));
        DemoDataset drawn = scenario.WriteDataset(folder, cancellation: cancellation);
        return new AblationSet(
            scenario.Name, models, models.Get(scenario.ModelName), Datasets.Read(scenario.Protocol, drawn.DataFolder, drawn.QueryList), Datasets.Images(drawn.TrainingFolder));
    }

    /// <summary>A set of the shared data.</summary>
    /// <param name="Name">Its name here.</param>
    /// <param name="Network">Its network, the path of the weights relative to the data.</param>
    /// <param name="Folder">The images.</param>
    /// <param name="Protocol">How they are scored.</param>
    /// <param name="Queries">The list of queries under splits/; null: all.</param>
    /// <param name="Training">The folder of training images under <paramref name="Folder"/>.</param>
    /// <param name="TrainingList">The list of training images under splits/; null: all.</param>
    private sealed record RealSet(string Name, NewModel Network, string Folder, string Protocol, string? Queries, string Training, string? TrainingList);
}
