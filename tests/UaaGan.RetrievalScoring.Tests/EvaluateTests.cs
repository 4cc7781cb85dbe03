using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval.Tests;
using UaaGan.RetrievalScoring.Tests.Support;

namespace UaaGan.RetrievalScoring.Tests;

public class EvaluateTests
{
    [Theory]
    [InlineData("market1501-plain")]
    [InlineData("market1501-distractors-and-missing")]
    public async Task Market1501_agrees_with_the_reference_evaluator_clean_and_under_a_null_attack(string name)
    {
        var golden = GoldenCase.Read(name);
        await using var service = await LiveService.StartAsync();
        var settings = new EvaluateSettings { Protocol = Protocol.Market1501, Attacks = { "nothing" }, BootstrapSamples = 200, Seed = 7 };
        var reply = await service.EvaluateAsync(settings, Items(golden));

        Assert.Equal(golden.Expected.MeanAveragePrecision, reply.Clean.MeanAveragePrecision.Value, 1e-9);
        Assert.Equal(golden.Expected.ValidQueries, (int)reply.Clean.ValidQueries);
        Assert.Equal(golden.Query.Identity.Length - golden.Expected.ValidQueries, (int)reply.Clean.SkippedQueries);
        Assert.All(golden.Expected.Cmc.Zip(reply.Clean.Cmc), pair => Assert.Equal(pair.First, (float)pair.Second, 1e-9));
        Assert.Equal(golden.Gallery.Identity.Length, (int)reply.GalleryItems);
        Assert.Equal(reply.QueryIds.Count, reply.Clean.AveragePrecision.Count);
        Assert.Equal(reply.Clean.AveragePrecision.Average(), reply.Clean.MeanAveragePrecision.Value, 1e-12);
        Assert.InRange(reply.Clean.MeanAveragePrecision.Value, reply.Clean.MeanAveragePrecision.Lower, reply.Clean.MeanAveragePrecision.Upper);

        var attack = Assert.Single(reply.Attacks);
        Assert.Equal("nothing", attack.Attack);
        Assert.Equal(reply.Clean, attack.Metrics);
        Assert.Equal(new Estimate { Value = 0, Lower = 0, Upper = 0 }, attack.MapLost);
        Assert.Equal(0, attack.FeatureShift);
    }

    /// <summary>The case as a stream, with each query as its own adversarial twin.</summary>
    private static IEnumerable<EvaluationItem> Items(GoldenCase golden)
    {
        for (int i = 0; i < golden.Gallery.Features.Length; i++) yield return Item(golden.Gallery, i, EvaluationRole.Gallery);
        for (int i = 0; i < golden.Query.Features.Length; i++)
        {
            yield return Item(golden.Query, i, EvaluationRole.AdversarialQuery);
            yield return Item(golden.Query, i, EvaluationRole.Query);
        }
    }

    private static EvaluationItem Item(GoldenPart part, int i, EvaluationRole role)
    {
        var label = part.Label(i);
        return new EvaluationItem { Id = label.Id, Role = role, Identity = label.Identity, Camera = label.Camera, Feature = LiveService.Feature(part.Features[i]) };
    }
}
