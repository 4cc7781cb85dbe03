using System.Security.Cryptography;
using System.Text.Json.Nodes;
using UaaGan.Client;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Protos.Retrieval.V1;

namespace UaaGan.Interop.Tests.Drivers;

/// <summary>The cases with the .NET client, in this process.</summary>
internal sealed class DotnetDriver(JsonObject configuration)
{
    private static readonly ModelReference Tiny = new() { Name = "tiny" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private ClientOptions Options => new()
    {
        Metadata = configuration["metadata"]!.AsObject().ToDictionary(pair => pair.Key, pair => (string)pair.Value!),
    };

    public async Task<JsonObject> RunCases()
    {
        using var features = new FeatureClient(Address("FeatureClient"), Options);
        using var slow = new FeatureClient(Address("slow"), Options with { Retry = RetryPolicy.None, UnaryDeadline = TimeSpan.FromMilliseconds(300) });
        var cases = new Dictionary<string, Func<Task<JsonObject>>>
        {
            ["unary"] = async () => new() { ["feature"] = await One(features) },
            ["stream"] = () => Stream(features),
            ["perturb"] = Perturb,
            ["search"] = () => Search(features),
            ["large-image"] = async () => new() { ["feature"] = Text((await Extract(features, ImageInput.FromBytes("large", File.ReadAllBytes(Path("large")))))[0].Value) },
            ["pixels"] = async () => new() { ["feature"] = Text((await Extract(features, ImageInput.FromPixels("pixels", 32, 32, 3, File.ReadAllBytes((string)configuration["pixels"]!["path"]!))))[0].Value) },
            ["slow-reader"] = () => SlowReader(features),
            ["cancel"] = () => Cancel(features),
            ["deadline"] = () => Failure(() => One(slow)),
            ["bad-item"] = () => BadItem(features),
            ["unknown-model"] = () => Failure(async () => await features.StreamExtract(new ModelReference { Name = "nobody" }, Items(1).ToAsyncEnumerable(), cancellationToken: Token).ToListAsync(Token)),
            ["overload"] = () => Overload(slow),
            ["tls"] = Tls,
            ["metadata"] = MetadataCase,
        };
        var results = new JsonObject();
        foreach (var name in configuration["cases"]!.AsArray()) results[(string)name!] = await cases[(string)name!]();
        return results;
    }

    public async Task<ResumeResult> RunStream(ResumeRun run)
    {
        var replicas = configuration["replicas"]!.AsArray().Select(target => new Uri($"http://{target}")).ToList();
        using var features = new FeatureClient(replicas, Options);
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var progress = new StreamProgress();
        var outcomes = new List<ItemOutcome<Feature>>();
        var reports = new List<Task>();
        await foreach (var outcome in features.StreamExtract(Tiny, Gated(), progress: new Latest(value => progress = value), cancellationToken: Token))
        {
            outcomes.Add(outcome);
            // Not waited for: this stream is read while it happens, as those of the other languages are.
            reports.Add(Report());
        }

        await Task.WhenAll(reports);
        return run.Result([.. outcomes.Select(outcome => outcome.Id)], [.. outcomes.Select(outcome => Text(outcome.Value))]);

        async Task Report()
        {
            if (await run.Report((int)progress.Answered, (int)progress.Reconnected)) gate.SetResult();
        }

        async IAsyncEnumerable<ImageInput> Gated()
        {
            foreach (var (n, item) in Items((int)configuration["count"]!).Index())
            {
                if (n == (int)configuration["gate"]!) await gate.Task.Within();
                yield return item;
            }
        }
    }

    private async Task<JsonObject> Stream(FeatureClient features)
    {
        var outcomes = await features.StreamExtract(Tiny, ImageInput.FromFiles(Files()), cancellationToken: Token).ToListAsync(Token);
        return new() { ["ids"] = Array(outcomes.Select(o => o.Id)), ["features"] = Array(outcomes.Select(o => Text(o.Value))) };
    }

    private async Task<JsonObject> Perturb()
    {
        using var client = new PerturbationClient(Address("PerturbationClient"), Options);
        var attack = new PerturbSettings { Model = Tiny, Method = "pgd", Epsilon = "8/255", Options = { ["steps"] = "3" }, Seed = 5 };
        var twins = await client.StreamPerturb(attack, Items(6).ToAsyncEnumerable(), cancellationToken: Token).ToListAsync(Token);
        return new()
        {
            ["ids"] = Array(twins.Select(t => t.Id)),
            ["sha256"] = Array(twins.Select(t => Convert.ToHexStringLower(SHA256.HashData(t.Value.Image.Encoded.Span)))),
            ["linf"] = Array(twins.Select(t => (int)t.Value.Quality.Linf255)),
        };
    }

    private async Task<JsonObject> Search(FeatureClient features)
    {
        using var client = new ScoringClient(Address("ScoringClient"), Options);
        var gallery = $"interop-{configuration["language"]}";
        var rows = await features.StreamExtract(Tiny, ImageInput.FromFiles(Files()), cancellationToken: Token).ToListAsync(Token);
        await client.CreateGallery(gallery, (int)rows[0].Value.Dimension, cancellationToken: Token);
        var stored = await client.StreamUpsert(gallery, rows.Select(row => new GalleryItem { Id = row.Id, Feature = row.Value }).ToAsyncEnumerable(), cancellationToken: Token).ToListAsync(Token);
        var queries = rows.Take(2).Select(row => new SearchQuery { Id = row.Id, Feature = row.Value });
        var found = await client.StreamSearch(gallery, 3, queries.ToAsyncEnumerable(), cancellationToken: Token).ToListAsync(Token);
        await client.DeleteGallery(gallery, Token);
        return new()
        {
            ["stored"] = stored.Count(outcome => outcome.Error is null),
            ["hits"] = new JsonArray([.. found.Select(outcome => (JsonNode)Array(outcome.Value.Hits.Select(hit => hit.Id)))]),
            ["scores"] = Array(found.Select(outcome => Text(FeatureVectors.ToFeature([.. outcome.Value.Hits.Select(hit => hit.Score)])))),
        };
    }

    private async Task<JsonObject> SlowReader(FeatureClient features)
    {
        await using var slow = features.StreamExtract(Tiny, Items(64).ToAsyncEnumerable(), cancellationToken: Token).GetAsyncEnumerator(Token);
        await slow.MoveNextAsync();
        List<string> ids = [slow.Current.Id];
        var fast = (await Extract(features, [.. Items(40)])).Select(outcome => outcome.Id);
        while (await slow.MoveNextAsync()) ids.Add(slow.Current.Id);
        return new() { ["fast"] = fast.SequenceEqual(InteropCases.Ids(40)), ["slow"] = ids.SequenceEqual(InteropCases.Ids(64)) };
    }

    private async Task<JsonObject> Cancel(FeatureClient features)
    {
        var ids = await features.StreamExtract(Tiny, Items(64).ToAsyncEnumerable(), cancellationToken: Token).Take(3).Select(outcome => outcome.Id).ToListAsync(Token);
        return new() { ["ids"] = Array(ids), ["after"] = await One(features) };
    }

    private async Task<JsonObject> BadItem(FeatureClient features)
    {
        var outcomes = await Extract(features, Items(2).First(), ImageInput.FromBytes("bad", "no image at all"u8.ToArray()), Items(2).Last());
        return new()
        {
            ["ids"] = Array(outcomes.Select(o => o.Id)),
            ["codes"] = Array(outcomes.Select(o => (int)(o.Error?.Code ?? 0))),
            ["reasons"] = Array(outcomes.Select(o => o.Error?.Reason ?? "")),
            ["features"] = Array(outcomes.Select(o => o.Error is null ? Text(o.Value) : "")),
        };
    }

    private async Task<JsonObject> Overload(FeatureClient slow)
    {
        var outcomes = await Extract(slow, [.. Items(6)]);
        var refused = outcomes.Where(outcome => outcome.Error is not null).Select(outcome => outcome.Error!).ToList();
        return new()
        {
            ["answered"] = outcomes.Count - refused.Count,
            ["codes"] = Array(refused.Select(error => (int)error.Code)),
            ["reasons"] = Array(refused.Select(error => error.Reason)),
            ["retry"] = refused.TrueForAll(error => error.RetryAfter > TimeSpan.Zero),
        };
    }

    private async Task<JsonObject> Tls()
    {
        using var trusting = Guarded(new ClientAccess { AuthorityFile = Guarded("ca"), ApiKey = Guarded("apiKey") });
        using var untrusting = Guarded(new ClientAccess { AuthorityFile = Guarded("otherCa"), ApiKey = Guarded("apiKey") });
        var outcomes = await Extract(trusting, [.. Items(6)]);
        return new()
        {
            ["feature"] = await One(trusting),
            ["ids"] = Array(outcomes.Select(o => o.Id)),
            ["features"] = Array(outcomes.Select(o => Text(o.Value))),
            ["untrusted"] = await Failure(() => One(untrusting)),
        };
    }

    private async Task<JsonObject> MetadataCase()
    {
        var access = new ClientAccess { AuthorityFile = Guarded("ca") };
        using var plain = Guarded(access);
        using var wrong = Guarded(access with { ApiKey = "wrong" });
        using var own = Guarded(access, new() { ["x-api-key"] = Guarded("apiKey") });
        return new()
        {
            ["feature"] = await One(own),
            ["missing"] = await Failure(() => One(plain)),
            ["wrong"] = await Failure(() => One(wrong)),
            ["missingOnStream"] = await Failure(() => Extract(plain, [.. Items(1)])),
        };
    }

    private static async Task<JsonObject> Failure(Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<UaaGanClientException>(call);
        return new() { ["code"] = (int)error.Code, ["reason"] = error.Reason ?? "" };
    }

    private async Task<string> One(FeatureClient features) => Text((await features.Extract(Tiny, Items(1).Single().Image, Token)).Feature);

    private static Task<List<ItemOutcome<Feature>>> Extract(FeatureClient features, params ImageInput[] images) =>
        features.StreamExtract(Tiny, images.ToAsyncEnumerable(), cancellationToken: Token).ToListAsync(Token).AsTask();

    private List<(string Id, string Path)> Files() =>
        [.. Directory.EnumerateFiles(Path("images"), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => (System.IO.Path.GetRelativePath(Path("images"), path), path))];

    private IEnumerable<ImageInput> Items(int count)
    {
        var files = Files();
        return Enumerable.Range(0, count).Select(n => ImageInput.FromBytes($"i{n}", File.ReadAllBytes(files[n % files.Count].Path)));
    }

    private FeatureClient Guarded(ClientAccess access, Dictionary<string, string>? metadata = null) =>
        new(new Uri($"https://{Guarded("target")}"), Options with { Access = access, Metadata = metadata ?? [] });

    private string Guarded(string name) => (string)configuration["guarded"]![name]!;

    private Uri Address(string name) => new($"http://{configuration[name]}");

    private string Path(string name) => (string)configuration[name]!;

    private static string Text(Feature feature) => Convert.ToHexStringLower(feature.Data.Span);

    private static JsonArray Array<T>(IEnumerable<T> values) => new([.. values.Select(value => (JsonNode?)JsonValue.Create(value))]);

    private sealed class Latest(Action<StreamProgress> set) : IProgress<StreamProgress>
    {
        public void Report(StreamProgress value) => set(value);
    }
}
