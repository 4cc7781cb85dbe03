using System.Text.Json.Nodes;
using UaaGan.Imaging;

namespace UaaGan.Cli.Tests;

/// <summary>What an attacker may change, and what he knows, against the real services.</summary>
public sealed class ThreatModelTests(Suite suite) : IClassFixture<Suite>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Outside_the_box_every_saved_file_is_the_original()
    {
        var report = (await Evaluate("box", "--attack", "pgd", "--attack", "uaa-gan:g", "--box", "4,6,20,16")).Ends(ExitCodes.Success).Json;

        var files = Directory.GetFiles(_folder["box/images"], "*.png", SearchOption.AllDirectories);
        // Two attacks, each with its own perturbations and with swapped ones.
        Assert.Equal(4 * 24, files.Length);
        foreach (var file in files)
        {
            var original = Decode(Path.Combine(suite.Data, string.Join('/', Path.GetRelativePath(_folder["box/images"], file).Split('/').Skip(1))));
            var saved = Decode(file);
            Assert.True(new ImageBox(4, 6, 20, 16).Restrict(original, saved).HasPixelsOf(saved), file);
            Assert.False(saved.HasPixelsOf(original));
        }

        Assert.Equal("4,6,20,16", (string?)JsonNode.Parse(File.ReadAllText(_folder["box/manifest.json"]))!["run"]!["box"]);
        Assert.Contains("inside a box of 20x16 pixels at (4, 6)", (string?)report["rules"]!["threat_model"], StringComparison.Ordinal);

        string[] attack = ["attack", "--model", "tiny", "--attack", "pgd", "--images", suite.Data, "--epsilon", "8/255", "--out", _folder["attack"]];
        (await suite.Run([.. attack, "--box", "4,6,20,16"])).Ends(ExitCodes.Success);
        Assert.Equal(File.ReadAllBytes(_folder["box/images/pgd/class0/0.png"]), File.ReadAllBytes(_folder["attack/class0/0.png"]));
        Assert.Contains("attack.box differs", (await suite.Run(attack)).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);
        Assert.Contains("The box has 31 columns after the first 4", (await Evaluate("outside", "--attack", "pgd", "--box", "4,0,31,8")).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);
        Assert.Contains("four whole numbers", (await Evaluate("bad", "--attack", "pgd", "--box", "4,0,0,8")).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_gallery_may_be_attacked_in_whole_or_in_part()
    {
        var all = (await Evaluate("all", "--attack", "pgd", "--attack", "random-sign", "--side", "gallery")).Ends(ExitCodes.Success).Json;
        string[] named = ["class0/0.png", "class1/3.png", "class3/5.png"];
        var list = _folder.Write("list.txt", System.Text.Encoding.UTF8.GetBytes(string.Join('\n', named)));
        var some = (await Evaluate("some", "--attack", "pgd", "--side", "gallery", "--perturbed-gallery", list)).Ends(ExitCodes.Success).Json;
        var query = (await Evaluate("query", "--attack", "pgd")).Ends(ExitCodes.Success).Json;

        Assert.Equal(("gallery", 24), ((string?)all["side"], (int)all["perturbed_images"]!));
        Assert.Equal(("gallery", 3), ((string?)some["side"], (int)some["perturbed_images"]!));
        Assert.Equal(("query", 24), ((string?)query["side"], (int)query["perturbed_images"]!));
        Assert.Equal(named, Directory.GetFiles(_folder["some/images/pgd"], "*.png", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(_folder["some/images/pgd"], file)).Order());
        // The same images under the same ids, so the same files; what is asked of them differs.
        foreach (var id in named) Assert.Equal(File.ReadAllBytes(_folder[$"query/images/pgd/{id}"]), File.ReadAllBytes(_folder[$"some/images/pgd/{id}"]));
        Assert.Equal(query["clean"]!.ToJsonString(), all["clean"]!.ToJsonString());
        var lost = ((JsonObject[])[all, some]).Select(report => (double)report["attacks"]![0]!["map_lost"]!).ToArray();
        Assert.True(lost[0] > lost[1] && lost[1] > 0, string.Join(' ', lost));
        var clean = (double)all["clean"]!["mean_average_precision"]!;
        Assert.Equal((clean - (double)all["attacks"]![0]!["mean_average_precision"]!) / (clean - (double)all["chance_mean_average_precision"]!), lost[0], 1e-9);
        Assert.NotNull(all["attacks"]![0]!["map_lost_swapped"]);
        var page = File.ReadAllText(_folder["some/report.html"]);
        Assert.Contains("What a person sees of the gallery", page, StringComparison.Ordinal);
        Assert.Contains("What clean queries find, before and after", page, StringComparison.Ordinal);
        Assert.Contains("<span class=\"hit-word\">attacked</span>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<span class=\"hit-word\">attacked</span>", File.ReadAllText(_folder["all/report.html"]), StringComparison.Ordinal);
        Assert.DoesNotContain("What a person sees of the gallery", File.ReadAllText(_folder["query/report.html"]), StringComparison.Ordinal);
        Assert.Contains("The attacker changes the gallery images only", (string?)all["rules"]!["threat_model"], StringComparison.Ordinal);
        Assert.Contains("changes 3 of the 24 gallery images only", (string?)some["rules"]!["threat_model"], StringComparison.Ordinal);
        Assert.Contains("gradients of the target network for every gallery image", (string?)all["attacks"]![0]!["threat_model"], StringComparison.Ordinal);
        Assert.Contains("needs --side gallery", (await Evaluate("bad", "--attack", "pgd", "--perturbed-gallery", list)).Ends(ExitCodes.WrongUse).Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attacks_are_made_on_an_ensemble_and_scored_on_another_network()
    {
        foreach (var (name, seed) in new[] { ("second", 2), ("third", 3) })
        {
            var weights = TinyNetwork.Write(_folder[$"{name}.safetensors"], seed: seed);
            (await suite.Run(["models", "add", "--name", name, "--weights", weights, .. TinyNetwork.Arguments])).Ends(ExitCodes.Success);
        }

        var both = (await Evaluate("both", "--attack", "pgd", "--attack", "random-sign", "--surrogate", "second", "--surrogate", "third")).Ends(ExitCodes.Success).Json;
        var one = (await Evaluate("one", "--attack", "pgd", "--surrogate", "second")).Ends(ExitCodes.Success).Json;

        Assert.Equal(["second", "third"], both["surrogates"]!.AsArray().Select(name => (string?)name));
        Assert.StartsWith("transfer: the attacker knows nothing of the scored network; the attack was made on the mean of the losses on second, third,", (string?)both["attacks"]![0]!["threat_model"], StringComparison.Ordinal);
        Assert.StartsWith("no knowledge", (string?)both["attacks"]![1]!["threat_model"], StringComparison.Ordinal);
        Assert.Equal(one["clean"]!.ToJsonString(), both["clean"]!.ToJsonString());
        Assert.NotEqual(File.ReadAllBytes(_folder["one/images/pgd/class0/0.png"]), File.ReadAllBytes(_folder["both/images/pgd/class0/0.png"]));
        Assert.Equal(2, JsonNode.Parse(File.ReadAllText(_folder["both/manifest.json"]))!["run"]!["surrogates"]!.AsArray().Count);

        var generator = (await Evaluate("g", "--attack", "uaa-gan:g", "--surrogate", "second", "--surrogate", "third")).Ends(ExitCodes.Failure);
        Assert.Contains("was trained on 'tiny', the network that is scored: that is no transfer", generator.Errors, StringComparison.Ordinal);
        Assert.Contains("'second' is named twice", (await Evaluate("twice", "--attack", "pgd", "--surrogate", "second", "--surrogate", "second")).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);

        var battery = await suite.Run(
            "battery", "--preset", "full", "--model", "tiny", "--data", suite.Data, "--surrogate", "second", "--surrogate", "third", "--out", _folder["battery"]);
        battery.Ends(ExitCodes.Success);
        var cells = JsonNode.Parse(File.ReadAllText(_folder["battery/battery.json"]))!["evaluations"]!.AsArray().Where(evaluation => ((string)evaluation!["name"]!).StartsWith("transfer-", StringComparison.Ordinal)).ToList();
        Assert.Equal(10, cells.Count);
        Assert.Equal(
            ["second", "second", "second", "third", "third", "third", "tiny", "tiny", "tiny", "tiny"], cells.Select(cell => (string)cell!["model"]!).Order());
        // The matrix holds what an evaluation of the pair measures.
        var pair = cells.Single(cell => (string)cell!["name"]! == "transfer-second-to-tiny")!["attacks"]!.AsArray();
        Assert.Equal((double)one["attacks"]![0]!["map_lost"]!, (double)pair.Single(attack => (string)attack!["method"]! == "pgd")!["map_lost"]!, 1e-12);
        Assert.Contains("second and third", battery.Output, StringComparison.Ordinal);
        Assert.Contains("made on", battery.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generator_that_sees_the_targets_gradient_is_told_from_one_that_does_not()
    {
        string[] train = ["train", "--model", "tiny", "--images", suite.Training, "--epsilon", "8/255", "--steps", "4", "--option", "generator-width=8"];
        (await suite.Run([.. train, "--generator", "looking", "--option", "second-look=1"])).Ends(ExitCodes.Success);
        (await suite.Run([.. train, "--generator", "climbing", "--option", "second-look-gradient=true"])).Ends(ExitCodes.Success);

        var attacks = (await Evaluate("seen", "--attack", "uaa-gan:looking", "--attack", "uaa-gan:climbing")).Ends(ExitCodes.Success).Json["attacks"]!.AsArray();

        Assert.StartsWith("white-box in training: the generator learned from the target network's gradients", (string?)attacks[0]!["threat_model"], StringComparison.Ordinal);
        Assert.StartsWith("white-box: the generator learned from the target network's gradients on other, unlabelled images, and sees one for every query", (string?)attacks[1]!["threat_model"], StringComparison.Ordinal);
        var report = File.ReadAllText(_folder["seen/report.html"]);
        Assert.Contains(">UAA-GAN<", report, StringComparison.Ordinal);
        Assert.Contains(">UAA-GAN with gradient<", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_generator_of_several_networks_attacks_each_of_them_and_is_carried_over_to_another()
    {
        foreach (var (name, seed) in new[] { ("left", 4), ("right", 5) })
        {
            var weights = TinyNetwork.Write(_folder[$"{name}.safetensors"], seed: seed);
            (await suite.Run(["models", "add", "--name", name, "--weights", weights, .. TinyNetwork.Arguments])).Ends(ExitCodes.Success);
        }

        string[] train = ["train", "--model", "left", "--images", suite.Training, "--epsilon", "8/255", "--steps", "4", "--option", "generator-width=8", "--json"];
        var trained = (await suite.Run([.. train, "--surrogate", "right", "--generator", "pair"])).Ends(ExitCodes.Success).Json;
        Assert.Equal(("left", "right"), ((string?)trained["model"], (string?)trained["surrogates"]![0]));
        var listed = (await suite.Run("generators", "list", "--json")).Ends(ExitCodes.Success).Json["generators"]!.AsArray().Single(generator => (string?)generator!["name"] == "pair")!;
        Assert.Equal(["right"], listed["surrogates"]!.AsArray().Select(name => (string?)name));
        Assert.Contains("'left' is named twice", (await suite.Run([.. train, "--surrogate", "left", "--generator", "twice"])).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);

        string[] pair = ["--attack", "uaa-gan:pair"];
        foreach (var (model, other) in new[] { ("left", "right"), ("right", "left") })
        {
            var own = (await On(model, pair)).Ends(ExitCodes.Success).Json;
            Assert.Contains($"learned from the gradients of the target network and of {other} on other, unlabelled images", (string?)own["attacks"]![0]!["threat_model"], StringComparison.Ordinal);
        }

        var transfer = (await On("tiny", [.. pair, "--surrogate", "left", "--surrogate", "right"])).Ends(ExitCodes.Success).Json;
        Assert.StartsWith(
            "transfer: the attacker knows nothing of the scored network; the attack was made on the mean of the losses on left, right, white-box in training: the generator learned from those networks' gradients",
            (string?)transfer["attacks"]![0]!["threat_model"], StringComparison.Ordinal);
        Assert.Contains("name each of them with --surrogate", (await On("tiny", [.. pair, "--surrogate", "left"])).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);
        Assert.Contains("that is no transfer", (await On("left", [.. pair, "--surrogate", "right"])).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);
        Assert.Contains("was trained against left version 1", (await On("tiny", pair)).Ends(ExitCodes.Failure).Errors, StringComparison.Ordinal);

        Task<Outcome> On(string model, string[] more) => suite.Run(
            ["evaluate", "--model", model, "--data", suite.Data, "--protocol", "leave-one-out", "--epsilon", "8/255", "--bootstrap", "0", "--out", _folder[Guid.NewGuid().ToString("N")], "--json", .. more]);
    }

    [Fact]
    public async Task Where_a_change_lies_is_measured_on_request()
    {
        var report = (await Evaluate("saliency", "--attack", "pgd", "--attack", "random-sign", "--saliency")).Ends(ExitCodes.Success).Json;
        Assert.InRange((double)report["attacks"]![0]!["saliency_correlation"]!, -1, 1);
        // Noise of one size everywhere lies nowhere.
        Assert.Null(report["attacks"]![1]!["saliency_correlation"]);
        var plain = (await Evaluate("plain", "--attack", "pgd")).Ends(ExitCodes.Success).Json;
        Assert.Null(plain["attacks"]![0]!["saliency_correlation"]);
        Assert.Equal(File.ReadAllBytes(_folder["plain/images/pgd/class0/0.png"]), File.ReadAllBytes(_folder["saliency/images/pgd/class0/0.png"]));
    }

    private Task<Outcome> Evaluate(string name, params string[] more) => suite.Run(
        ["evaluate", "--model", "tiny", "--data", suite.Data, "--protocol", "leave-one-out", "--epsilon", "8/255", "--bootstrap", "100", "--out", _folder[name], "--json", .. more]);

    private static PixelImage Decode(string path) => ImageDecoder.Decode(File.ReadAllBytes(path), ImageLimits.Default);
}
