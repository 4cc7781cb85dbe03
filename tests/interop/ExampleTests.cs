namespace UaaGan.Interop.Tests;

/// <summary>The examples of the clients, as their READMEs say to run them.</summary>
[Collection(InteropSuite.Turns)]
public sealed class ExampleTests(InteropSuite suite)
{
    [Fact]
    public async Task Python_goes_from_a_folder_to_an_array_in_eight_lines()
    {
        var example = Path.Combine(InteropSuite.Root, "clients/python/examples/folder_to_array.py");
        var code = await File.ReadAllTextAsync(example, TestContext.Current.CancellationToken);
        Assert.Equal(8, code.TrimEnd().Split('\n').Length);
        Assert.Contains($"```python\n{code}```", await File.ReadAllTextAsync(Path.Combine(InteropSuite.Root, "clients/python/README.md"), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        Assert.Equal("(24, 16) float32 class0/0.png\n", await Programs.Run("/usr/bin/python3", [example, suite.Images, "tiny", suite.Targets[0]]));
    }

    [Fact]
    public async Task The_whole_attack_on_a_folder_measures_the_same_in_every_language()
    {
        string[] targets = suite.Targets;
        var python = await Programs.Run(
            "/usr/bin/python3",
            ["clients/python/examples/attack_folder.py", suite.Images, "--model", "tiny", "--features", targets[0], "--perturbation", targets[1], "--scoring", targets[2]]);
        var node = await Programs.Run("node", ["clients/node/examples/attack-folder.js", suite.Images, "tiny", .. targets]);
        var dotnet = await Programs.Run("artifacts/bin/UaaGan.Client.Example/release/attack-folder", [suite.Images, "tiny", .. targets.Select(target => $"http://{target}")]);

        Assert.StartsWith("queries  24\nclean    mAP 0.", python, StringComparison.Ordinal);
        Assert.Equal(python, node);
        Assert.Equal(python, dotnet);
    }

    [Fact]
    public async Task Go_and_Java_stream_a_folder_through_extraction_and_perturbation()
    {
        string[] arguments = [suite.Images, "tiny", .. suite.Targets[..2]];
        var go = await Programs.Run("artifacts/go/attack-folder", arguments);
        var java = await Programs.Run("artifacts/java/attack-folder", arguments);

        var lines = go.TrimEnd().Split('\n');
        Assert.Equal(24, lines.Length);
        Assert.All(lines, line => Assert.Matches(@"^class\d/\d\.png linf [1-8] cosine -?[01]\.\d{4}$", line));
        // PGD moves every feature.
        Assert.DoesNotContain("cosine 1.0000", go, StringComparison.Ordinal);
        Assert.Equal(go, java);
    }
}
