using UaaGan.Demo.Faces;
using UaaGan.Demo.People;
using UaaGan.Demo.Scenes;
using UaaGan.Failures;

namespace UaaGan.Demo;

/// <summary>The three scenarios of the demo.</summary>
public static class DemoScenarios
{
    /// <summary>A folder an identity; a query's own image is left out of its ranking.</summary>
    public const string LeaveOneOut = "leave-one-out";

    /// <summary>query/ against bounding_box_test/; images of the same identity by the same camera are left out.</summary>
    public const string Market1501 = "market1501";

    /// <summary>Scenes, people, faces.</summary>
    public static IReadOnlyList<DemoScenario> All { get; } =
    [
        new(new SceneArtist())
        {
            Name = "scenes",
            Title = "Image retrieval: places",
            Description = "Which photographs show the same place? Drawn landmarks under changes of viewpoint, season, light, camera and passers-by.",
            Protocol = LeaveOneOut,
            Identities = 26, GalleryViews = 12, QueryViews = 3,
            TrainingIdentities = 60, TrainingViews = 10,
            TrainingSteps = 1800,
        },
        new(new PeopleArtist())
        {
            Name = "people",
            Title = "Person re-identification: six cameras",
            Description = "Which crops show the same person, seen by another camera? Drawn pedestrians under changes of pose, camera, light and crowd.",
            Protocol = Market1501,
            Identities = 30, GalleryViews = 10, QueryViews = 3, Distractors = 30,
            TrainingIdentities = 50, TrainingViews = 6,
            TrainingSteps = 300,
        },
        new(new PortraitArtist())
        {
            Name = "faces",
            Title = "Face search",
            Description = "Which portraits show the same person? Drawn faces under changes of pose, expression, light, camera and background.",
            Protocol = LeaveOneOut,
            Identities = 30, GalleryViews = 10, QueryViews = 3,
            TrainingIdentities = 60, TrainingViews = 10,
            TrainingSteps = 1700,
        },
    ];

    /// <summary>The scenario of this name.</summary>
    /// <exception cref="FailureException">DEMO_SCENARIO_NOT_FOUND.</exception>
    public static DemoScenario Get(string name) =>
        All.FirstOrDefault(scenario => scenario.Name == name)
        ?? throw new FailureException(FailureKind.NotFound, "DEMO_SCENARIO_NOT_FOUND",
            $"There is no demo scenario named {name}; there are {string.Join(", ", All.Select(scenario => scenario.Name))}.");
}
