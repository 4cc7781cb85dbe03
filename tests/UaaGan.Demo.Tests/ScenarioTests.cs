using UaaGan.Demo.Drawing;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Retrieval;

namespace UaaGan.Demo.Tests;

public sealed class ScenarioTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("uaagan-demo-").FullName;

    public static TheoryData<string> Scenarios => [.. DemoScenarios.All.Select(scenario => scenario.Name)];

    [Fact]
    public void There_are_places_people_and_faces() => Assert.Equal(["scenes", "people", "faces"], DemoScenarios.All.Select(scenario => scenario.Name));

    [Fact]
    public void An_unknown_scenario_is_refused_with_the_known_ones()
    {
        var failure = Assert.Throws<FailureException>(() => DemoScenarios.Get("cats"));

        Assert.Equal("DEMO_SCENARIO_NOT_FOUND", failure.Reason);
        Assert.Contains("scenes, people, faces", failure.Message);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Nobody_who_trains_anything_is_searched(string name)
    {
        DemoScenario scenario = DemoScenarios.Get(name);
        HashSet<int> training = [.. scenario.TrainingImages().Select(drawn => drawn.Identity)], searched = [.. scenario.Queries().Concat(scenario.Gallery()).Select(drawn => drawn.Identity)];

        Assert.Equal(scenario.TrainingIdentities, training.Count);
        Assert.Empty(training.Intersect(searched));
        Assert.All(training.Concat(searched), identity => Assert.True(identity < DemoScenario.FirstTargetIdentity));
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void The_written_set_reads_back_with_its_protocol(string name)
    {
        DemoScenario scenario = Blank(DemoScenarios.Get(name));

        DemoDataset written = scenario.WriteDataset(_folder, cancellation: TestContext.Current.CancellationToken);
        RetrievalDataset read = Datasets.Read(scenario.Protocol, written.DataFolder, written.QueryList);

        Assert.Equal(scenario.Identities * scenario.QueryViews, read.Queries.Count);
        Assert.Equal(scenario.Identities * scenario.GalleryViews + scenario.Distractors, read.Gallery.Count);
        Assert.Equal((written.Queries, written.Gallery), (read.Queries.Count, read.Gallery.Count));
        Assert.Equal(scenario.TrainingIdentities * scenario.TrainingViews, Datasets.Images(written.TrainingFolder).Count);
        Assert.Equal(written.TrainingImages, Datasets.Images(written.TrainingFolder).Count);
        Assert.All(read.Queries.CountBy(query => query.Identity), identity => Assert.Equal(scenario.QueryViews, identity.Value));
    }

    [Fact]
    public void A_person_is_searched_across_cameras()
    {
        DemoScenario scenario = Blank(DemoScenarios.Get("people"));
        DemoDataset written = scenario.WriteDataset(_folder, cancellation: TestContext.Current.CancellationToken);
        RetrievalDataset read = Datasets.Read(scenario.Protocol, written.DataFolder);

        Assert.All(read.Queries, query => Assert.Contains(read.Gallery, item => item.Identity == query.Identity && item.Camera != query.Camera));
        Assert.All(read.Queries.GroupBy(query => query.Identity), person => Assert.Equal(person.Count(), person.Select(query => query.Camera).Distinct().Count()));
        Assert.Equal(scenario.Distractors, read.Gallery.Count(item => item.Identity is "0000" or "0"));
    }

    [Fact]
    public void Progress_counts_to_the_last_image()
    {
        DemoScenario scenario = Blank(DemoScenarios.Get("faces"));
        var seen = new Log();

        DemoDataset written = scenario.WriteDataset(_folder, seen, TestContext.Current.CancellationToken);

        Assert.Equal(Enumerable.Range(1, written.TrainingImages + written.Gallery), seen.Written.Order());
    }

    [Fact]
    public void A_cancelled_writing_stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Throws<OperationCanceledException>(() => Blank(DemoScenarios.Get("scenes")).WriteDataset(_folder, cancellation: stop.Token));
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.png", SearchOption.AllDirectories));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>The same set of tiny blank images: what is tested is where they go.</summary>
    private static DemoScenario Blank(DemoScenario real) => new(new BlankArtist())
    {
        Name = real.Name,
        Title = real.Title,
        Description = real.Description,
        Protocol = real.Protocol,
        Identities = real.Identities,
        GalleryViews = real.GalleryViews,
        QueryViews = real.QueryViews,
        Distractors = real.Distractors,
        TrainingIdentities = real.TrainingIdentities,
        TrainingViews = real.TrainingViews,
        TrainingSteps = real.TrainingSteps,
    };

    private sealed class BlankArtist : IArtist
    {
        public int Width => 4;

        public int Height => 4;

        public PixelImage Draw(long seed, int identity, int view) => new(Width, Height, 3, new byte[Width * Height * 3]);
    }

    private sealed class Log : IProgress<DemoProgress>
    {
        public List<int> Written { get; } = [];

        public void Report(DemoProgress value)
        {
            lock (Written) Written.Add(value.Written);
        }
    }
}
