using System.Text.Json.Nodes;
using UaaGan.Cli.Tests;
using UaaGan.Imaging;

// One set of services for all tests.
[assembly: AssemblyFixture(typeof(UaaGan.Interop.Tests.InteropSuite))]

namespace UaaGan.Interop.Tests;

/// <summary>
/// The real services as processes, on images and a network that a test made: one of each kind, a FeatureExtraction that answers
/// slowly (its batches of 8 wait two seconds to fill) and queues 4 images, and one that speaks TLS and wants an API key. Messages are
/// limited to 1 MiB, so that large files go in pieces.
/// </summary>
public sealed class InteropSuite : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<BuiltService> _services = [];
    private readonly Dictionary<string, Lazy<Task<JsonObject>>> _matrix = [];

    /// <summary>A folder a class, 4 x 6 images of 32 x 32 pixels.</summary>
    public string Images { get; private set; } = "";

    /// <summary>The services' state folder.</summary>
    public string State => _folder["state"];

    /// <summary>host:port of FeatureExtraction, Perturbation and RetrievalScoring.</summary>
    public string[] Targets => [.. _services[..3].Select(service => service.Grpc.Authority)];

    /// <summary>host:port of the FeatureExtraction that speaks TLS and wants a key.</summary>
    internal string GuardedTarget => _services[4].Grpc.Authority;

    /// <summary>What that one asks for.</summary>
    internal GuardedAccess Guarded { get; private set; } = null!;

    /// <summary>The collection of all tests, which take turns: what one sends must not fill the queue that another measures.</summary>
    public const string Turns = "services";

    /// <summary>The repository's root.</summary>
    public static string Root { get; } = FindRoot();

    public async ValueTask InitializeAsync()
    {
        Images = _folder.WriteClasses("data", 4, 6);
        var noise = new byte[700 * 700 * 3];
        new Random(1).NextBytes(noise);
        _folder.Write("large.png", ImageEncoder.Png(new PixelImage(700, 700, 3, noise)));
        _folder.Write("pixels.raw", TemporaryFolder.Draw(0, 0, 32, 32).Pixels);
        Guarded = new GuardedAccess(_folder);
        var weights = TinyNetwork.Write(_folder["tiny.safetensors"]);
        await Programs.Run(
            Path.Combine(Root, "artifacts/bin/UaaGan.Cli/release/uaagan"), ["models", "add", "--name", "tiny", "--weights", weights, .. TinyNetwork.Arguments, "--state", State]);
        _services.AddRange(await Task.WhenAll(
            Start("UaaGan.FeatureExtraction", "--UaaGan:MaxMessageBytes=1048576"),
            Start("UaaGan.Perturbation", "--UaaGan:MaxMessageBytes=1048576"),
            Start("UaaGan.RetrievalScoring", "--UaaGan:Scoring:PostgreSql="),
            Start("UaaGan.FeatureExtraction", "--UaaGan:BatchDelayMilliseconds=2000", "--UaaGan:QueueItems=4"),
            Start("UaaGan.FeatureExtraction", Guarded.Arguments)));
        foreach (var language in Languages.Matrix) _matrix[language] = new(() => Languages.RunMatrix(language, Configuration(language)));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services) await service.DisposeAsync();
        _folder.Dispose();
    }

    /// <summary>A further service on the same state.</summary>
    internal Task<BuiltService> Start(string project, params string[] arguments) => Start(project, new Dictionary<string, string>(), arguments);

    /// <summary>The same with environment variables of its own.</summary>
    internal Task<BuiltService> Start(string project, IReadOnlyDictionary<string, string> environment, params string[] arguments) =>
        BuiltService.StartAsync(project, State, environment, [.. arguments, "--UaaGan:TorchThreads=1"]);

    /// <summary>What a language's driver is told.</summary>
    internal JsonObject Configuration(string language) => new()
    {
        ["language"] = language,
        ["FeatureClient"] = Targets[0],
        ["PerturbationClient"] = Targets[1],
        ["ScoringClient"] = Targets[2],
        ["slow"] = _services[3].Grpc.Authority,
        ["images"] = Images,
        ["large"] = _folder["large.png"],
        ["pixels"] = new JsonObject { ["path"] = _folder["pixels.raw"], ["width"] = 32, ["height"] = 32 },
        ["cases"] = new JsonArray([.. InteropCases.All.Select(item => (JsonNode)item.Name)]),
        ["metadata"] = new JsonObject { ["x-interop"] = language },
        ["guarded"] = Guarded.Configuration(GuardedTarget),
    };

    /// <summary>What the driver of a language answered to each case; it runs once.</summary>
    internal Task<JsonObject> Results(string language) => _matrix[language].Value;

    private static string FindRoot()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "UaaGan.Grpc.sln"))) root = root.Parent!;
        return root.FullName;
    }
}
