using System.Diagnostics;
using System.Text.Json.Nodes;

namespace UaaGan.Cli.Tests;

/// <summary>The model repository's verbs, in a state folder of a test's own.</summary>
public sealed class ModelsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_schema_is_printed_as_it_is_or_as_one_object()
    {
        var text = (await Run("schema")).Ends(ExitCodes.Success);
        var json = (await Run("schema", "--json")).Ends(ExitCodes.Success);

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(text.Output), json.Json));
        Assert.Contains("\n  \"properties\": {", text.Output, StringComparison.Ordinal);
        Assert.Equal("https://json-schema.org/draft/2020-12/schema", (string?)json.Json["$schema"]);
        Assert.Contains("weights", json.Json["properties"]!.AsObject().Select(pair => pair.Key));
    }

    [Fact]
    public async Task A_damaged_model_json_is_told_and_fails_the_check_while_the_others_are_listed()
    {
        var weights = TinyNetwork.Write(_folder["w.safetensors"]);
        foreach (var name in new[] { "good", "bad" })
            (await Run(["add", "--name", name, "--weights", weights, .. TinyNetwork.Arguments])).Ends(ExitCodes.Success);
        File.WriteAllText(Path.Combine(_folder["state"], "models", "bad", "1", "model.json"), "{ \"name\": \"bad\" }");

        var table = (await Run("list")).Ends(ExitCodes.Success);
        Assert.Contains("good", table.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("bad", table.Output, StringComparison.Ordinal);
        Assert.Contains("The card of model bad, version 1, cannot be used", table.Errors, StringComparison.Ordinal);

        var listed = (await Run("list", "--json")).Ends(ExitCodes.Success).Json;
        Assert.Equal(["good"], listed["models"]!.AsArray().Select(model => (string?)model!["name"]));
        var unreadable = Assert.Single(listed["unreadable"]!.AsArray())!;
        Assert.Equal(("bad", 1, "MODEL_CARD_DAMAGED"), ((string)unreadable["name"]!, (int)unreadable["version"]!, (string)unreadable["error"]!["reason"]!));

        var check = (await Run("check")).Ends(ExitCodes.Failure);
        Assert.Contains("good:1 is whole.", check.Output, StringComparison.Ordinal);
        Assert.Contains("bad, version 1", check.Errors, StringComparison.Ordinal);
        (await Run("check", "--name", "good")).Ends(ExitCodes.Success);
        (await Run("check", "--name", "bad")).Ends(ExitCodes.Failure);
    }

    [Fact]
    public async Task Add_says_what_became_of_the_keys()
    {
        var weights = TinyNetwork.Write(_folder["w.safetensors"]);
        var plain = (await Run(["add", "--name", "plain", "--weights", weights, .. TinyNetwork.Arguments])).Ends(ExitCodes.Success);
        Assert.Contains("\n37 tensors matched, 7 left at their initial value (stages.0.body.bn1.num_batches_tracked, ", plain.Output, StringComparison.Ordinal);

        // ResNet-18 as DataParallel saves it, with its classifier, which a feature does not need.
        await Python($$"""
            import torch, torchvision
            torch.manual_seed(1)
            network = torchvision.models.resnet18()
            state = {"module." + key: value for key, value in network.state_dict().items()}
            torch.save(dict(state_dict=state), "{{_folder["r.pth"]}}")
            """);
        string[] line = ["add", "--name", "resnet", "--weights", _folder["r.pth"], "--architecture", "resnet18", "--input", "64x64"];
        var converted = (await Run(line)).Ends(ExitCodes.Success);
        Assert.Contains("\n120 tensors matched, 2 not used (fc.bias, fc.weight), prefix module.\n", converted.Output, StringComparison.Ordinal);

        var report = (await Run([.. line, "--json"])).Ends(ExitCodes.Success).Json["load_report"]!;
        Assert.Equal((120, "module."), (report["matched"]!.AsArray().Count, (string)report["prefix"]!));
        Assert.Equal(["fc.bias", "fc.weight"], report["unexpected"]!.AsArray().Select(key => (string?)key));
    }

    private Task<Outcome> Run(params string[] arguments) => CommandLine.Run(["models", .. arguments, "--state", _folder["state"]]);

    private static async Task Python(string script)
    {
        using var python = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-c", script]) { RedirectStandardError = true })!;
        var errors = await python.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await python.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(python.ExitCode == 0, $"Debian's python3-torch and python3-torchvision must be there, which ./run test installs.\n{errors}");
    }
}
