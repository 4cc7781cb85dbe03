using System.Diagnostics;
using UaaGan.Serving.Tests.Support;

namespace UaaGan.Serving.Tests;

/// <summary>What Debian's docker-compose makes of the files of docker/; it needs no Docker for that.</summary>
public class ComposeTests
{
    [Fact]
    public async Task The_suite_is_accepted_with_replicas_of_every_service()
    {
        string told = await ConfigAsync("compose.yaml");

        foreach (string part in new[] { "uaagan/features", "uaagan/perturbation", "uaagan/scoring", "replicas: 3", "replicas: 2", "postgres:15", "prom/prometheus" })
            Assert.Contains(part, told, StringComparison.Ordinal);
        Assert.DoesNotContain("nvidia", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gpu_file_adds_a_gpu_to_it() =>
        Assert.Contains("driver: nvidia", await ConfigAsync("compose.yaml", "compose.gpu.yaml"), StringComparison.Ordinal);

    [Fact]
    public async Task The_health_check_passes_when_the_service_is_ready_and_fails_without_it()
    {
        string line = (await File.ReadAllLinesAsync(Path.Combine(Docker(), "compose.yaml"))).First(line => line.Contains("/dev/tcp/127.0.0.1/5111", StringComparison.Ordinal));
        // The last of the list ["CMD", "bash", "-c", "..."].
        string command = line[(line.IndexOf("\"-c\", \"", StringComparison.Ordinal) + 7)..line.LastIndexOf("\"]", StringComparison.Ordinal)].Replace(@"\\", @"\", StringComparison.Ordinal);
        using var models = new TinyModels();
        string port;
        await using (var service = await BuiltService.StartAsync("UaaGan.FeatureExtraction", models.State))
        {
            port = $"{service.Http.Port}";
            Assert.Equal(0, (await RunAsync("bash", "-c", command.Replace("5111", port, StringComparison.Ordinal))).ExitCode);
        }

        Assert.NotEqual(0, (await RunAsync("bash", "-c", command.Replace("5111", port, StringComparison.Ordinal))).ExitCode);
    }

    private static async Task<string> ConfigAsync(params string[] files)
    {
        var (exitCode, output, errors) = await RunAsync("docker-compose", [.. files.SelectMany(file => new[] { "-f", Path.Combine(Docker(), file) }), "config"]);
        Assert.True(exitCode == 0, errors);
        return output;
    }

    private static async Task<(int ExitCode, string Output, string Errors)> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync().Within();
        string said = await errors.Within();
        await process.WaitForExitAsync().Within();
        return (process.ExitCode, output, said);
    }

    private static string Docker()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "UaaGan.Grpc.sln"))) folder = folder.Parent!;
        return Path.Combine(folder.FullName, "docker");
    }
}
