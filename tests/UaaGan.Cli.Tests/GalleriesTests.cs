using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Tests;

public sealed class GalleriesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_gallery_goes_into_a_file_and_comes_back()
    {
        using (var store = Store())
        {
            store.Create("people", 2, "note");
            Assert.All(store.Upsert([.. Enumerable.Range(0, 30).Select(i => new GalleryWrite("people", new ImageLabel($"{i}", "p", "c"), UnitFeature.Normalize([i, 1], "")))]), Assert.Null);
        }

        var file = _folder["copies/people.snapshot"];
        var taken = (await Run("galleries", "snapshot", "people", "--out", file, "--json")).Ends(ExitCodes.Success).Json;
        Assert.Equal((file, 30, 2), ((string?)taken["file"], (int)taken["items"]!, (int)taken["dimension"]!));
        Assert.Equal([file], Directory.GetFiles(_folder["copies"]));

        (await Run("galleries", "restore", file)).Ends(ExitCodes.Failure);
        var made = (await Run("galleries", "restore", file, "--name", "copy", "--json")).Ends(ExitCodes.Success).Json;
        Assert.Equal(("copy", 30), ((string?)made["name"], (int)made["items"]!));
        var listed = (await Run("galleries", "list", "--json")).Ends(ExitCodes.Success).Json["galleries"]!.AsArray();
        Assert.Equal([("copy", 30), ("people", 30)], listed.Select(gallery => ((string)gallery!["name"]!, (int)gallery["items"]!)));
        using var after = Store();
        Assert.Equal(Rows(after, "people"), Rows(after, "copy"));
    }

    [Fact]
    public async Task A_torn_or_foreign_file_is_refused_by_name_before_a_service_starts()
    {
        using (var store = Store())
        {
            store.Create("people", 1, "");
            using var whole = new MemoryStream();
            GallerySnapshot.Write(store, "people", whole, TestContext.Current.CancellationToken);
            _folder.Write("torn", whole.ToArray().AsSpan()[..^1]);
        }

        _folder.Write("foreign", "PK and more of it than a header has"u8);
        foreach (var (name, code) in new[] { ("torn", ExitCodes.Failure), ("foreign", ExitCodes.WrongUse), ("missing", ExitCodes.WrongUse) })
        {
            var outcome = (await Run("galleries", "restore", _folder[name], "--name", "copy")).Ends(code);
            Assert.Contains(_folder[name], outcome.Errors, StringComparison.Ordinal);
            Assert.DoesNotContain("Starting", outcome.Errors, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task An_unknown_gallery_leaves_no_file()
    {
        var outcome = (await Run("galleries", "snapshot", "nobody", "--out", _folder["out/file"])).Ends(ExitCodes.Failure);
        Assert.Contains("nobody", outcome.Errors, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder["out"]));
    }

    [Fact]
    public async Task A_started_service_gets_the_connection_string_and_tells_nobody()
    {
        var terminal = new Terminal(TextWriter.Null, TextWriter.Null, json: false, verbose: false);
        Directory.CreateDirectory(_folder["state"]);
        await using var process = ServiceProcess.Start(ServiceKind.RetrievalScoring, _folder["state"], "Host=/nowhere;Password=swordfish", 0, 0, terminal);
        var failure = await Assert.ThrowsAsync<CliException>(() => process.Ready(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.Contains("The PostgreSQL server with the store of galleries does not answer", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("swordfish", failure.Message, StringComparison.Ordinal);
    }

    private SqliteGalleryStore Store() => new(_folder["state/retrieval.db"]);

    private Task<Outcome> Run(params string[] arguments) => CommandLine.Run([.. arguments, "--state", _folder["state"]]);

    private static List<(ImageLabel Label, float First)> Rows(SqliteGalleryStore store, string gallery)
    {
        var rows = new List<(ImageLabel, float)>();
        store.Read(gallery, _ => { }, (in ImageLabel label, ReadOnlySpan<float> feature) => rows.Add((label, feature[0])));
        return rows;
    }
}
