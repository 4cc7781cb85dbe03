using UaaGan.Imaging;
using UaaGan.Networks;

namespace UaaGan.Demo.Tests;

public sealed class NetworkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("uaagan-demo-models-").FullName;

    public static TheoryData<string> Scenarios => [.. DemoScenarios.All.Select(scenario => scenario.Name)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void An_embedded_network_passes_the_repositorys_checks(string name)
    {
        DemoScenario scenario = DemoScenarios.Get(name);
        scenario.WriteModel(_folder);
        var repository = new ModelRepository(_folder);

        ModelCard card = repository.Get(scenario.ModelName, 1);

        Assert.NotNull(card.Check);
        Assert.InRange(repository.Check(card), 0, ModelRepository.CheckTolerance);
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.partial", SearchOption.AllDirectories));
    }

    [Fact]
    public void The_networks_are_small_enough_to_carry() =>
        Assert.InRange(DemoScenarios.All.Sum(scenario => DemoModel.Files.Sum(file => DemoModel.Open(scenario, file).Length)), 1, 3_000_000);

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void A_network_finds_identities_that_it_was_never_trained_on(string name)
    {
        DemoScenario scenario = DemoScenarios.Get(name);
        scenario.WriteModel(_folder);
        var repository = new ModelRepository(_folder);
        using TargetNetwork network = repository.Load(repository.Get(scenario.ModelName));
        (int Identity, int View)[] drawn = [.. from identity in Enumerable.Range(1, 10) from view in Enumerable.Range(0, scenario.GalleryViews) select (identity, view)];
        PixelImage[] images = [.. drawn.AsParallel().AsOrdered().Select(image => scenario.Draw(image.Identity, image.View))];
        float[][] features = network.Extract(images);

        int[] queries = [.. Enumerable.Range(0, drawn.Length).Where(image => drawn[image].View < scenario.QueryViews)];
        double precision = 0, first = 0;
        foreach (int query in queries)
        {
            int[] ranked = [.. Enumerable.Range(0, drawn.Length).Where(image => image != query).OrderByDescending(image => Dot(features[query], features[image]))];
            int hits = 0;
            double sum = 0;
            for (int rank = 1; rank <= ranked.Length; rank++)
                if (drawn[ranked[rank - 1]].Identity == drawn[query].Identity) sum += ++hits / (double)rank;
            precision += sum / hits / queries.Length;
            first += drawn[ranked[0]].Identity == drawn[query].Identity ? 1.0 / queries.Length : 0;
        }

        Assert.InRange(precision, 0.60, 1);
        Assert.InRange(first, 0.85, 1);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static float Dot(float[] a, float[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
