using System.Text.Json.Nodes;

namespace UaaGan.Cli.Tests;

/// <summary>A second run from the manifest of a first one, against the real services.</summary>
public sealed class RepeatedRunTests(Suite suite) : IClassFixture<Suite>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_evaluation_is_repeated_from_its_manifest_to_the_same_numbers()
    {
        var guide = _folder.Write("guide.png", UaaGan.Imaging.ImageEncoder.Png(TemporaryFolder.Draw(20, 1, 32, 32)));
        var queries = _folder.Write("queries.txt", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 4).SelectMany(c => Enumerable.Range(1, 4).Select(i => $"class{c}/{i}.png")))));
        var first = (await Evaluate(
            suite.Data, "first", "--queries", queries, "--limit", "12", "--attack", "uaa-gan:g", "--attack", "pgd", "--attack", $"tma@{guide}", "--option", "pgd.steps=3", "--option", "tma.steps=4",
            "--epsilon", "4/255", "--rescale", "--box", "2,3,24,20", "--seed", "7", "--bootstrap", "50", "--average-precision", "trapezoid", "--survival", "--saliency")).Ends(ExitCodes.Success).Json;

        var second = (await Repeat("first", "second", "--json")).Ends(ExitCodes.Success).Json;

        Assert.Equal(12, (int)first["clean"]!["queries"]!);
        Assert.Equal(WithoutTimes(first), WithoutTimes(second));
        Assert.Equal(WithoutTimes(Manifest("first")["run"]!), WithoutTimes(Manifest("second")["run"]!));
        Assert.Equal(Manifest("first")["data"]!.ToJsonString(), Manifest("second")["data"]!.ToJsonString());
        foreach (var folder in (string[])["pgd", "uaa-gan-g", "tma-guide.png"])
            Assert.Equal(File.ReadAllBytes(_folder[$"first/images/{folder}/class0/1.png"]), File.ReadAllBytes(_folder[$"second/images/{folder}/class0/1.png"]));
        // A third one from the second one's.
        Assert.Contains("Every number but times is that of", (await Repeat("second", "third")).Ends(ExitCodes.Success).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task So_is_one_of_a_part_of_the_gallery_by_attacks_on_other_networks()
    {
        var weights = TinyNetwork.Write(_folder["other.safetensors"], seed: 5);
        (await suite.Run(["models", "add", "--name", "other", "--weights", weights, .. TinyNetwork.Arguments])).Ends(ExitCodes.Success);
        var list = _folder.Write("list.txt", "class0/0.png\nclass1/3.png\nclass3/5.png"u8);
        var first = (await Evaluate(
            suite.Data, "first", "--attack", "pgd", "--option", "steps=3", "--epsilon", "8/255", "--side", "gallery", "--perturbed-gallery", list, "--surrogate", "other", "--bootstrap", "0")).Ends(ExitCodes.Success).Json;
        var second = (await Repeat("first", "second", "--json")).Ends(ExitCodes.Success).Json;

        Assert.Equal(("gallery", 3, "other"), ((string?)second["side"], (int)second["perturbed_images"]!, (string?)second["surrogates"]![0]));
        Assert.Equal(WithoutTimes(first), WithoutTimes(second));
    }

    [Fact]
    public async Task A_battery_is_repeated_from_its_manifest_to_the_same_tables()
    {
        var first = (await suite.Run("battery", "--preset", "quick", "--model", "tiny", "--data", suite.Data, "--attack", "uaa-gan:g", "--seed", "3", "--out", _folder["first"], "--json")).Ends(ExitCodes.Success).Json;
        var second = (await suite.Run("battery", "--manifest", _folder["first/manifest.json"], "--out", _folder["second"], "--json")).Ends(ExitCodes.Success).Json;

        Assert.Equal(WithoutTimes(first), WithoutTimes(second));
        Assert.Equal(File.ReadAllLines(_folder["first/battery.csv"]), File.ReadAllLines(_folder["second/battery.csv"]));
        Assert.Equal(Manifest("first")["run"]!.ToJsonString(), Manifest("second")["run"]!.ToJsonString());
        Assert.Contains("is the manifest of 'battery', not of 'evaluate'", (await Repeat("first", "third")).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_longer_the_same_is_refused_by_name()
    {
        var data = _folder.WriteClasses("data", 3, 3);
        string[] train = ["train", "--model", "tiny", "--images", suite.Training, "--epsilon", "8/255", "--generator", "passing", "--option", "generator-width=8"];
        (await suite.Run([.. train, "--steps", "2"])).Ends(ExitCodes.Success);
        (await Evaluate(data, "first", "--attack", "uaa-gan:passing", "--epsilon", "8/255", "--bootstrap", "0")).Ends(ExitCodes.Success);
        var (kept, changed) = (File.ReadAllBytes(_folder["data/class1/2.png"]), UaaGan.Imaging.ImageEncoder.Png(TemporaryFolder.Draw(1, 77, 32, 32)));

        await Refused("image 'class1/2.png' has changed", () => File.WriteAllBytes(_folder["data/class1/2.png"], changed), () => File.WriteAllBytes(_folder["data/class1/2.png"], kept));
        await Refused("image 'class1/2.png' is missing", () => File.Delete(_folder["data/class1/2.png"]), () => File.WriteAllBytes(_folder["data/class1/2.png"], kept));
        await Refused("image 'class2/9.png' is new", () => File.WriteAllBytes(_folder["data/class2/9.png"], changed), () => File.Delete(_folder["data/class2/9.png"]));
        await Refused(
            "The model 'tiny' version 1 is no longer the manifest's: weights_sha256 differs",
            () => Edit(manifest => manifest["run"]!["model"]!["weights_sha256"] = new string('0', 64)), () => File.Copy(_folder["manifest.kept"], _folder["first/manifest.json"], overwrite: true));
        await Refused(
            "attacks[0].map_lost is",
            () => Edit(manifest => manifest["result"]!["attacks"]![0]!["map_lost"] = 0.123456789), () => File.Copy(_folder["manifest.kept"], _folder["first/manifest.json"], overwrite: true));
        await Refused(
            "did not end, so that there is nothing to repeat; its command line was: uaagan evaluate --model tiny",
            () => Edit(manifest => manifest["complete"] = false), () => File.Copy(_folder["manifest.kept"], _folder["first/manifest.json"], overwrite: true));
        await Refused(
            "kept too little to repeat a run",
            () => Edit(manifest => manifest.AsObject().Remove("data")), () => File.Copy(_folder["manifest.kept"], _folder["first/manifest.json"], overwrite: true));
        await Refused("generator 'passing' is no longer the manifest's", () => suite.Run([.. train, "--steps", "3", "--replace"]).Result.Ends(ExitCodes.Success), () => { });
    }

    [Fact]
    public async Task Nothing_but_a_folder_stands_beside_a_manifest()
    {
        var manifest = _folder.Write("run/manifest.json", """{"command": "evaluate"}"""u8);
        string[] line = ["evaluate", "--manifest", manifest];
        Assert.Contains("--seed does not go with --manifest", (await CommandLine.Run([.. line, "--out", _folder["out"], "--seed", "2"])).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
        Assert.Contains("give --out and --replace alone beside it", (await CommandLine.Run([.. line, "--out", _folder["out"], "--model", "m"])).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
        Assert.Contains("holds the run that is to be repeated", (await CommandLine.Run([.. line, "--out", _folder["run"]])).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
        Assert.Contains("is no manifest of uaagan", (await CommandLine.Run([.. line, "--out", _folder["out"]])).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
        Assert.Contains("there is no file", (await CommandLine.Run("battery", "--manifest", _folder["none.json"], "--out", _folder["out"])).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
        var without = (await CommandLine.Run("battery", "--data", _folder.Path, "--out", _folder["out"])).Ends(ExitCodes.WrongUse).Errors;
        Assert.Contains("Option '--preset' is required.", without, StringComparison.Ordinal);
        Assert.Contains("Option '--model' is required.", without, StringComparison.Ordinal);
        Assert.DoesNotContain("'--data'", without, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
    }

    private Task<Outcome> Evaluate(string data, string name, params string[] more) =>
        suite.Run(["evaluate", "--model", "tiny", "--data", data, "--protocol", "leave-one-out", "--out", _folder[name], "--json", .. more]);

    private Task<Outcome> Repeat(string first, string second, params string[] more) =>
        suite.Run(["evaluate", "--manifest", _folder[$"{first}/manifest.json"], "--out", _folder[second], .. more]);

    private async Task Refused(string message, Action change, Action undo)
    {
        File.Copy(_folder["first/manifest.json"], _folder["manifest.kept"], overwrite: true);
        change();
        Assert.Contains(message, (await Repeat("first", $"again-{Guid.NewGuid():N}")).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);
        undo();
    }

    private void Edit(Action<JsonNode> change)
    {
        var manifest = Manifest("first");
        change(manifest);
        File.WriteAllText(_folder["first/manifest.json"], manifest.ToJsonString());
    }

    private JsonNode Manifest(string name) => JsonNode.Parse(File.ReadAllText(_folder[$"{name}/manifest.json"]))!;

    /// <summary>Every digit of the rest.</summary>
    private static string WithoutTimes(JsonNode node)
    {
        var copy = node.DeepClone();
        Strip(copy);
        return copy.ToJsonString();

        static void Strip(JsonNode? part)
        {
            if (part is JsonObject fields)
            {
                fields.Remove("seconds");
                fields.Remove("milliseconds_per_image");
                foreach (var field in fields) Strip(field.Value);
            }
            else if (part is JsonArray rows)
            {
                foreach (var row in rows) Strip(row);
            }
        }
    }
}
