using System.Text.Json.Nodes;
using UaaGan.Cli.Evaluation;

namespace UaaGan.Cli.Tests;

/// <summary>The battery, defences and transfer against the real services.</summary>
public sealed class BatteryTests(Suite suite) : IClassFixture<Suite>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_battery_gives_one_score_and_goes_on_where_it_was_interrupted_to_the_same_numbers()
    {
        var first = (await Battery("one")).Ends(ExitCodes.Success).Json;

        var attacks = first["evaluations"]!.AsArray().Single()!["attacks"]!.AsArray();
        Assert.Equal(["random-sign", "pgd", "uaa-gan"], attacks.Select(attack => (string?)attack!["method"]));
        // By hand: the strongest of what is no noise.
        var strongest = attacks.Skip(1).MaxBy(attack => (double)attack!["map_lost"]!)!;
        var part = first["parts"]!.AsArray().Single()!;
        Assert.Equal((double)strongest["map_lost"]!, (double)part["map_lost"]!);
        Assert.Equal(100 * (1 - Math.Clamp((double)strongest["map_lost"]!, 0, 1)), (double)first["robustness_score"]!, 9);
        var lines = File.ReadAllLines(_folder["one/battery.csv"]);
        Assert.Equal(4, lines.Length);
        var header = lines[0].Split(',');
        Assert.Equal((double)attacks[1]!["map_lost"]!, double.Parse(lines[2].Split(',')[Array.IndexOf(header, "map_lost")], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Contains("Robustness score", File.ReadAllText(_folder["one/report.html"]), StringComparison.Ordinal);
        Assert.True((bool)Manifest()["complete"]!);

        // As an interruption in the middle of PGD leaves it.
        var manifest = Manifest();
        manifest["complete"] = false;
        manifest["result"] = null;
        File.WriteAllText(_folder["one/manifest.json"], manifest.ToJsonString());
        File.Delete(_folder["one/battery.json"]);
        var made = Directory.GetFiles(_folder["one/epsilon-8/images/pgd"], "*.png", SearchOption.AllDirectories).Order().ToArray();
        Assert.Equal(24, made.Length);
        foreach (var file in made.Skip(10)) File.Delete(file);
        var before = made.Take(10).Select(File.GetLastWriteTimeUtc).ToArray();
        var resumed = (await Battery("one")).Ends(ExitCodes.Success).Json;

        Assert.Equal(WithoutTimings(first), WithoutTimings(resumed));
        Assert.Equal(before, made.Take(10).Select(File.GetLastWriteTimeUtc));
        Assert.True((bool)Manifest()["complete"]!);

        // A second one from the settings of the manifest, elsewhere.
        Assert.Equal(WithoutTimings(first), WithoutTimings((await Battery("two")).Ends(ExitCodes.Success).Json));
        Assert.Equal(lines, File.ReadAllLines(_folder["two/battery.csv"]));

        var other = (await Battery("one", "--seed", "2")).Ends(ExitCodes.Failure);
        Assert.Contains("holds another battery: seed differ", other.Errors, StringComparison.Ordinal);

        JsonNode Manifest() => JsonNode.Parse(File.ReadAllText(_folder["one/manifest.json"]))!;
    }

    [Fact]
    public async Task Defences_are_scored_beside_what_they_cost_and_transfer_says_what_it_is()
    {
        var report = (await suite.Run(
            "evaluate", "--model", "tiny", "--data", suite.Data, "--protocol", "leave-one-out", "--attack", "pgd", "--attack", "random-sign", "--epsilon", "8/255",
            "--survival", "--surrogate", "tiny", "--out", _folder["out"], "--json")).Ends(ExitCodes.Success).Json;

        var clean = (double)report["clean"]!["mean_average_precision"]!;
        var chance = (double)report["chance_mean_average_precision"]!;
        foreach (var attack in report["attacks"]!.AsArray())
        {
            var survival = attack!["survival"]!.AsArray();
            Assert.Equal(Defence.All.Select(defence => defence.Name), survival.Select(row => (string?)row!["defence"]));
            foreach (var row in survival)
                Assert.Equal((clean - (double)row!["mean_average_precision"]!) / (clean - chance), (double)row["map_lost"]!, 9);
            Assert.Equal((string?)survival.MinBy(row => (double)row!["map_lost"]!)!["defence"], (string?)attack["strongest_defence"]);
            Assert.InRange((double)attack["ms_ssim"]!, 0.5, 1);
            // 32 pixels a side: 32 and 16.
            Assert.Equal(2, (int)attack["ms_ssim_scales"]!);
        }

        // A defence changes what is scored, and clean queries pay, too.
        var pgd = report["attacks"]![0]!["survival"]!.AsArray();
        Assert.True(pgd.Select(row => (double)row!["mean_average_precision"]!).Distinct().Count() > 1);
        Assert.True(pgd.Select(row => (double)row!["clean_mean_average_precision"]!).Distinct().Count() > 1);
        Assert.StartsWith("transfer:", (string?)report["attacks"]![0]!["threat_model"], StringComparison.Ordinal);
        Assert.StartsWith("no knowledge", (string?)report["attacks"]![1]!["threat_model"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batterys_attacks_are_fixed()
    {
        Assert.Contains("write METHOD:GENERATOR", (await Battery("a", "--attack", "pgd")).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
        Assert.Contains("measures no transfer", (await Battery("a", "--surrogate", "tiny")).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
        Assert.Contains("There is no generator 'nope'", (await Battery("a", "--attack", "uaa-gan:nope")).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);
    }

    private Task<Outcome> Battery(string folder, params string[] more) => suite.Run(
        ["battery", "--preset", "quick", "--model", "tiny", "--data", suite.Data, "--attack", "uaa-gan:g", "--out", _folder[folder], "--json", .. more]);

    private static string WithoutTimings(JsonNode battery)
    {
        var copy = battery.DeepClone();
        foreach (var evaluation in copy["evaluations"]!.AsArray())
        {
            evaluation!.AsObject().Remove("seconds");
            foreach (var attack in evaluation["attacks"]!.AsArray()) attack!.AsObject().Remove("milliseconds_per_image");
        }

        return copy.ToJsonString();
    }
}
