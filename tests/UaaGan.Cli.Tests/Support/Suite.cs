using UaaGan.Cli.Output;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Tests;

/// <summary>The three services as processes on free loopback ports, with a tiny model and a trained generator in their state folder.</summary>
public sealed class Suite : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<ServiceProcess> _processes = [];

    /// <summary>The services' state folder.</summary>
    public string State => _folder["state"];

    /// <summary>A folder a class, 4 x 6 images of 32 x 32 pixels.</summary>
    public string Data { get; private set; } = "";

    /// <summary>Unlabelled images of other classes.</summary>
    public string Training { get; private set; } = "";

    /// <summary>Options that lead a command to these services.</summary>
    public string[] Addresses { get; private set; } = [];

    /// <summary>The same for the Python example, whose channels take host and port.</summary>
    public string[] Targets => [.. Addresses[..6].Select(part => part.StartsWith("http", StringComparison.Ordinal) ? new Uri(part).Authority : part)];

    public Uri Perturbation { get; private set; } = new("http://unset");

    public async ValueTask InitializeAsync()
    {
        Data = _folder.WriteClasses("data", 4, 6);
        for (var i = 0; i < 24; i++) _folder.Write($"train/{i}.png", UaaGan.Imaging.ImageEncoder.Png(TemporaryFolder.Draw(10 + (i / 3), i, 32, 32)));
        Training = _folder["train"];
        var weights = TinyNetwork.Write(_folder["tiny.safetensors"]);
        (await CommandLine.Run(["models", "add", "--name", "tiny", "--weights", weights, .. TinyNetwork.Arguments, "--state", State])).Ends(ExitCodes.Success);

        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, json: false, verbose: false);
        _processes.AddRange(ServiceKinds.All.Select(kind => ServiceProcess.Start(kind, State, "", 0, 0, terminal)));
        var addresses = new List<Uri>();
        foreach (var process in _processes) addresses.Add((await process.Ready(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken)).Grpc);
        Perturbation = addresses[1];
        Addresses = ["--features", $"{addresses[0]}", "--perturbation", $"{addresses[1]}", "--scoring", $"{addresses[2]}", "--state", State];
        (await Run("train", "--model", "tiny", "--images", Training, "--epsilon", "8/255", "--generator", "g", "--steps", "6", "--option", "generator-width=8")).Ends(ExitCodes.Success);
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.Select(process => process.DisposeAsync().AsTask()));
        _folder.Dispose();
    }

    internal Task<Outcome> Run(params string[] arguments) => CommandLine.Run([.. arguments, .. Addresses]);
}
