using System.Security.Cryptography;
using System.Text.Json.Nodes;
using UaaGan.Imaging;

namespace UaaGan.Cli.Tests;

/// <summary>LPIPS of what an evaluation saved, with weights of random numbers, against the real services.</summary>
public sealed class PerceptualTests : IClassFixture<Suite>, IDisposable
{
    private readonly Suite _suite;
    private readonly TemporaryFolder _folder = new();
    private readonly string _backbone, _linear;

    public PerceptualTests(Suite suite)
    {
        _suite = suite;
        (_backbone, _linear) = (PerceptualWeights.WriteBackbone(_folder["vgg.safetensors"]), PerceptualWeights.WriteLinear(_folder["lin.safetensors"]));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_is_0_for_what_did_not_change_and_grows_with_the_budget_wherever_it_is_told()
    {
        var distances = new List<double>();
        foreach (var epsilon in new[] { 0, 2, 8 })
        {
            var json = (await Evaluate($"{epsilon}", _suite.Data, $"{epsilon}/255", "--json")).Ends(ExitCodes.Success).Json;
            var attack = json["attacks"]![0]!;
            Assert.Equal(24, (int)attack["lpips_images"]!);
            distances.Add((double)attack["lpips"]!);
        }

        Assert.Equal(0, distances[0]);
        Assert.True(0 < distances[1] && distances[1] < distances[2], string.Join(" ", distances));
        var lpips = JsonNode.Parse(File.ReadAllText(_folder["8/manifest.json"]))!["run"]!["lpips"]!;
        Assert.Equal(("vgg", "0.1"), ((string?)lpips["net"], (string?)lpips["version"]));
        Assert.Equal((_backbone, Hash(_backbone)), ((string?)lpips["backbone"]!["file"], (string?)lpips["backbone"]!["sha256"]));
        Assert.Equal((_linear, Hash(_linear)), ((string?)lpips["linear"]!["file"], (string?)lpips["linear"]!["sha256"]));
        var html = File.ReadAllText(_folder["8/report.html"]);
        Assert.Contains("data-label=\"LPIPS\"", html, StringComparison.Ordinal);
        Assert.Contains(Hash(_linear), html, StringComparison.Ordinal);

        // Twice as large numbers, twice the distance.
        PerceptualWeights.WriteLinear(_linear, most: 2);
        var doubled = (double)(await Evaluate("doubled", _suite.Data, "8/255", "--json")).Ends(ExitCodes.Success).Json["attacks"]![0]!["lpips"]!;
        Assert.Equal(2 * distances[2], doubled, 1e-6 * doubled);
    }

    [Fact]
    public async Task Images_too_small_for_it_are_left_out_and_counted()
    {
        var data = _folder.WriteClasses("mixed", 2, 3);
        _folder.Write("mixed/class0/0.png", ImageEncoder.Png(TemporaryFolder.Draw(0, 0, 12, 12)));
        var shown = (await Evaluate("mixed-out", data, "8/255")).Ends(ExitCodes.Success);

        Assert.Contains("LPIPS", shown.Output.Split('\n').First(line => line.Contains("PSNR", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("LPIPS:        VGG-16, version 0.1; of 5 of 6 images: the others have a side under 16 pixels", shown.Output, StringComparison.Ordinal);
        var attack = JsonNode.Parse(File.ReadAllText(_folder["mixed-out/report.json"]))!["attacks"]![0]!;
        Assert.Equal(5, (int)attack["lpips_images"]!);
        Assert.True((double)attack["lpips"]! > 0);
    }

    [Fact]
    public async Task Without_its_weights_it_is_measured_nowhere()
    {
        var line = await _suite.Run(
            "evaluate", "--model", "tiny", "--data", _suite.Data, "--protocol", "leave-one-out", "--attack", "random-sign", "--epsilon", "8/255", "--bootstrap", "0", "--out", _folder["out"]);
        Assert.DoesNotContain("LPIPS", line.Ends(ExitCodes.Success).Output, StringComparison.Ordinal);
        var attack = JsonNode.Parse(File.ReadAllText(_folder["out/report.json"]))!["attacks"]![0]!.AsObject();
        Assert.True(attack.ContainsKey("lpips"));
        Assert.Null(attack["lpips"]);
        Assert.Null(attack["lpips_images"]);
        Assert.DoesNotContain("data-label=\"LPIPS\"", File.ReadAllText(_folder["out/report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Weights_that_are_not_what_they_should_be_are_told_before_anything_is_measured()
    {
        File.Copy(_backbone, _linear, overwrite: true);
        var swapped = (await Evaluate("swapped", _suite.Data, "8/255", "--json")).Ends(ExitCodes.Failure);
        Assert.Equal("WEIGHTS_DO_NOT_FIT", (string?)swapped.Json["error"]!["reason"]);
        Assert.Contains("LPIPS linear layers: The weights do not fit the architecture", swapped.Errors, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["swapped/images"]));

        PerceptualWeights.WriteLinear(_linear);
        using (var file = File.OpenWrite(_backbone)) file.SetLength(1 << 20);
        var damaged = (await Evaluate("damaged", _suite.Data, "8/255", "--json")).Ends(ExitCodes.Failure);
        Assert.Equal("WEIGHTS_FILE_DAMAGED", (string?)damaged.Json["error"]!["reason"]);
        Assert.Contains("LPIPS backbone: ", damaged.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_battery_measures_it_of_images_that_an_interrupted_one_has_saved_too()
    {
        var first = (await Battery()).Ends(ExitCodes.Success).Json["evaluations"]![0]!["attacks"]!.AsArray();
        var rows = File.ReadAllLines(_folder["battery/battery.csv"]).Select(line => line.Split(',')).ToArray();
        var column = Array.IndexOf(rows[0], "lpips");
        foreach (var (index, attack) in first.Index())
        {
            Assert.Equal(24, (int)attack!["lpips_images"]!);
            Assert.Equal((double)attack["lpips"]!, double.Parse(rows[index + 1][column], System.Globalization.CultureInfo.InvariantCulture));
        }

        foreach (var file in Directory.GetFiles(_folder["battery/epsilon-8/images/pgd"], "*.png", SearchOption.AllDirectories).Order().Take(5)) File.Delete(file);
        var resumed = (await Battery()).Ends(ExitCodes.Success).Json["evaluations"]![0]!["attacks"]!.AsArray();
        Assert.Equal(first.Select(attack => (double)attack!["lpips"]!), resumed.Select(attack => (double)attack!["lpips"]!));

        PerceptualWeights.WriteLinear(_linear, most: 2);
        Assert.Contains("holds another battery: lpips differ", (await Battery()).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);
    }

    private Task<Outcome> Evaluate(string folder, string data, string epsilon, params string[] more) => _suite.Run(
    [
        "evaluate", "--model", "tiny", "--data", data, "--protocol", "leave-one-out", "--attack", "random-sign", "--epsilon", epsilon, "--bootstrap", "0",
        "--lpips-backbone", _backbone, "--lpips-linear", _linear, "--out", _folder[folder], .. more,
    ]);

    private Task<Outcome> Battery() => _suite.Run(
        "battery", "--preset", "quick", "--model", "tiny", "--data", _suite.Data, "--lpips-backbone", _backbone, "--lpips-linear", _linear, "--out", _folder["battery"], "--json");

    private static string Hash(string path) => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)));
}
