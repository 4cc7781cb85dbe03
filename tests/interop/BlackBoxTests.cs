using Grpc.Core;
using UaaGan.Client;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;

namespace UaaGan.Interop.Tests;

/// <summary>A black-box attack, whose service asks a FeatureExtraction that speaks TLS and wants an API key.</summary>
[Collection(InteropSuite.Turns)]
public sealed class BlackBoxTests(InteropSuite suite)
{
    private const string Options = "UaaGan:Perturbation:FeatureExtraction", ApiKey = "UaaGan__Perturbation__FeatureExtractionApiKey";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string[] Guarded => [$"--{Options}Url=https://{suite.GuardedTarget}", $"--{Options}Ca={suite.Guarded.Ca}"];

    [Fact]
    public async Task Over_TLS_and_with_a_key_it_finds_what_it_finds_in_the_clear()
    {
        var open = await Attack(null, $"--{Options}Url=http://{suite.Targets[0]}");
        var guarded = await Attack(GuardedAccess.ApiKey, Guarded);

        Assert.All(open, twin => Assert.InRange(twin.Value.Quality.Linf255, 1u, 8u));
        Assert.Equal(open.Select(twin => twin.Value.Image.Encoded), guarded.Select(twin => twin.Value.Image.Encoded));
    }

    [Theory]
    [InlineData(null, "Unauthenticated")]
    [InlineData("wrong", "Unauthenticated")]
    public async Task A_service_that_refuses_it_ends_the_attack(string? key, string said)
    {
        var failure = await Assert.ThrowsAsync<UaaGanClientException>(() => Attack(key, Guarded));
        Assert.Equal((StatusCode.FailedPrecondition, "FEATURES_FAILED"), (failure.Code, failure.Reason));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_service_that_it_does_not_trust_ends_the_attack()
    {
        var failure = await Assert.ThrowsAsync<UaaGanClientException>(() => Attack(GuardedAccess.ApiKey, Guarded[0], $"--{Options}Ca={suite.Guarded.OtherCa}", $"--{Options}Seconds=1"));
        Assert.StartsWith("FEATURES_", failure.Reason, StringComparison.Ordinal);
    }

    private async Task<List<ItemOutcome<AdversarialImage>>> Attack(string? key, params string[] arguments)
    {
        var environment = key is null ? [] : new Dictionary<string, string> { [ApiKey] = key };
        await using var service = await suite.Start("UaaGan.Perturbation", environment, arguments);
        using var client = new PerturbationClient(service.Grpc);
        var nes = new PerturbSettings
        {
            Model = new ModelReference { Name = "tiny" },
            Method = "nes",
            Epsilon = "8/255",
            Seed = 1,
            Options = { ["steps"] = "2", ["population"] = "4" },
        };
        var images = Enumerable.Range(0, 2).Select(n => ImageInput.FromBytes($"i{n}", File.ReadAllBytes(Path.Combine(suite.Images, $"class{n}/0.png"))));
        return await client.StreamPerturb(nes, images.ToAsyncEnumerable(), cancellationToken: Token).ToListAsync(Token);
    }
}
