using System.Text;
using System.Text.Json.Nodes;
using UaaGan.Imaging;

namespace UaaGan.Cli.Tests;

/// <summary><c>datasets check</c>: everything in a folder is counted or told by its path.</summary>
public sealed class DatasetsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Market1501_is_counted_with_its_junk_distractors_duplicates_and_what_is_wrong()
    {
        Draw("query/0001_c1s1_000001_00.png", 1);
        Draw("query/0002_c1s1_000002_00.png", 2);
        Draw("bounding_box_test/0001_c2s1_000003_00.png", 3);
        Draw("bounding_box_test/0000_c3s1_000004_00.png", 4);
        Draw("bounding_box_test/-1_c3s1_000005_00.png", 5);
        Draw("bounding_box_test/0003_c3s1_000006_00.png", 4);
        Draw("bounding_box_train/0009_c1s1_000007_00.png", 7, 20);
        _folder.Write("bounding_box_test/0004_c3s1_000008_00.png", "no image"u8);
        Draw("bounding_box_test/nameless.png", 9);
        _folder.Write("bounding_box_test/Thumbs.db", [1]);
        _folder.Write("readme.txt", [1]);

        var report = (await Check()).Ends(ExitCodes.Failure).Json;
        Assert.Equal(("market1501", "market1501"), ((string?)report["layout"], (string?)report["protocol"]));
        Assert.Equal(
            (8, 2, 5, 1, 3, 1, 3),
            (Number(report, "images"), Number(report, "queries"), Number(report, "gallery"), Number(report, "training"), Number(report, "cameras"), Number(report, "junk"), Number(report, "distractors")));
        Assert.Equal(5, Number(report, "identities"));
        Assert.Equal("""{"24x16":6,"20x16":1}""", report["sizes"]!.ToJsonString());
        Assert.Equal(["query/0002_c1s1_000002_00.png"], Texts(report["queries_without_match"]));
        Assert.Equal(["bounding_box_test/0000_c3s1_000004_00.png", "bounding_box_test/0003_c3s1_000006_00.png"], Texts(Assert.Single(report["duplicates"]!.AsArray())));
        Assert.Equal("bounding_box_test/0004_c3s1_000008_00.png", (string?)Assert.Single(report["unreadable"]!.AsArray())!["id"]);
        Assert.Equal(("bounding_box_test/nameless.png", "MARKET_NAME"), ((string?)report["faults"]![0]!["id"], (string?)report["faults"]![0]!["reason"]));
        Assert.Equal(["bounding_box_test/Thumbs.db", "bounding_box_test/nameless.png", "readme.txt"], Texts(report["ignored"]));

        var shown = (await CommandLine.Run("datasets", "check", _folder.Path)).Ends(ExitCodes.Failure);
        Assert.Contains("5 images of 5 identities, 3 cameras; 1 junk, 3 distractors", shown.Output, StringComparison.Ordinal);
        foreach (var path in (string[])["nameless.png", "0004_c3s1_000008_00.png", "Thumbs.db", "0000_c3s1_000004_00.png = bounding_box_test/0003_c3s1_000006_00.png"])
            Assert.Contains(path, shown.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_sound_set_ends_well_and_a_forced_layout_is_taken()
    {
        _folder.WriteClasses("query", 2, 2);
        _folder.WriteClasses("bounding_box_test", 2, 2);
        Assert.Contains("MARKET_NAME", (await Check()).Ends(ExitCodes.Failure).Output, StringComparison.Ordinal);
        var report = (await Check("--layout", "folder-per-class")).Ends(ExitCodes.Success).Json;
        Assert.Equal(("folder-per-class", 8, 2), ((string?)report["layout"], Number(report, "images"), Number(report, "identities")));
        Assert.Equal(4, report["duplicates"]!.AsArray().Count);
        Assert.Contains("There is no layout 'coco'", (await Check("--layout", "coco")).Ends(ExitCodes.WrongUse).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Revisited_counts_lists_and_tells_boxes_that_leave_their_image()
    {
        foreach (var name in (string[])["q1", "q2", "a", "b", "c", "d"]) Draw($"jpg/{name}.png", name[0] + name.Length);
        _folder.Write("gnd_small.json", Encoding.UTF8.GetBytes("""
            {"imlist": ["a", "b", "c", "d"], "qimlist": ["q1", "q2"],
             "gnd": [{"bbx": [1, 1, 24.4, 16], "easy": [0], "hard": [], "junk": [1]}, {"bbx": [0, 0, 25, 16], "easy": [], "hard": [], "junk": []}]}
            """));
        var report = (await Check()).Ends(ExitCodes.Failure).Json;
        Assert.Equal(("revisited", "revisited-medium", 1, 2), ((string?)report["layout"], (string?)report["protocol"], Number(report, "junk"), Number(report, "distractors")));
        Assert.Equal(["q2"], Texts(report["queries_without_match"]));
        Assert.Equal(("jpg/q2.png", "BOX_OUTSIDE"), ((string?)Assert.Single(report["faults"]!.AsArray())!["id"], (string?)report["faults"]![0]!["reason"]));
        Assert.Equal(["q1", "q2"], Texts((await Check("--protocol", "revisited-hard")).Ends(ExitCodes.Failure).Json["queries_without_match"]));
        Assert.Contains("revisited", (await Check("--protocol", "market1501", "--layout", "revisited")).Ends(ExitCodes.WrongUse).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Lfw_is_sound_with_pairs_alone()
    {
        Draw("A/A_0001.png", 1);
        Draw("B/B_0001.png", 2);
        _folder.Write("pairsDevTest.txt", "1\nA\t1\t1\nA\t1\tB\t1\n"u8);
        var report = (await Check()).Ends(ExitCodes.Success).Json;
        Assert.Equal((1, 1, 2), (Number(report, "pairs_same"), Number(report, "pairs_different"), report["queries_without_match"]!.AsArray().Count));
    }

    private Task<Outcome> Check(params string[] more) => CommandLine.Run(["datasets", "check", _folder.Path, "--json", .. more]);

    private void Draw(string path, int kind, int width = 24) => _folder.Write(path, ImageEncoder.Png(TemporaryFolder.Draw(kind, 0, width, 16)).AsSpan());

    private static int Number(JsonObject report, string name) => (int)report[name]!;

    private static IEnumerable<string?> Texts(JsonNode? list) => list!.AsArray().Select(item => (string?)item);
}
