using System.Text;

namespace UaaGan.Reports.Tests;

/// <summary>The page as Chromium lays it out. With UAAGAN_SCREENSHOTS=FOLDER the pictures are kept there.</summary>
public sealed class ReportInBrowserTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("uaagan-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task No_page_scrolls_sideways_or_asks_for_anything_at_1280_and_390_pixels()
    {
        var ordinary = Write("report", Samples.Report());
        var unbroken = Write("unbroken", WithoutBreaks());
        var gallery = Write("gallery", Samples.Report(Samples.GallerySide()));
        await using var browser = await Browser.StartAsync();
        foreach (var (path, width, dark) in new[] { (ordinary, 1280, false), (ordinary, 390, false), (ordinary, 1280, true), (ordinary, 390, true), (unbroken, 1280, false), (unbroken, 390, false), (gallery, 1280, false), (gallery, 390, false) })
        {
            await browser.OpenAsync(path, width, 900, dark);
            await browser.EvaluateAsync("document.querySelectorAll('details').forEach(details => details.open = true)");
            var where = $"{Path.GetFileName(path)} at {width} pixels";

            Assert.Equal(width, (int)(await browser.EvaluateAsync("innerWidth"))!);
            var scrollWidth = (int)(await browser.EvaluateAsync("document.scrollingElement.scrollWidth"))!;
            Assert.True(scrollWidth <= width, $"{where} is {scrollWidth} wide; {await WideElementsAsync(browser)}");
            Assert.Equal("[]", (await browser.EvaluateAsync(
                "JSON.stringify([...document.images].filter(image => !image.complete || image.naturalWidth === 0).map(image => image.alt))"))!.GetValue<string>());
            Assert.Equal([new Uri(path).AbsoluteUri], browser.Requests);
            Assert.Empty(browser.Errors);
            await KeepScreenshotsAsync(browser, Path.GetFileNameWithoutExtension(path), width, dark);
        }
        Assert.StartsWith("%PDF-", Encoding.Latin1.GetString(await browser.PrintAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_assertion_notices_a_page_that_scrolls_sideways()
    {
        var path = Write("wide", Samples.Report());
        File.WriteAllText(path, File.ReadAllText(path).Replace("<main>", "<main><div style=\"width:1300px\">wide</div>", StringComparison.Ordinal));
        await using var browser = await Browser.StartAsync();
        await browser.OpenAsync(path, 1280, 900, dark: false);
        Assert.True((int)(await browser.EvaluateAsync("document.scrollingElement.scrollWidth"))! > 1280);
    }

    private string Write(string name, ReportModel model)
    {
        var path = Path.Combine(_folder, name + ".html");
        HtmlReport.Write(model, path);
        return path;
    }

    /// <summary>Names without a place to break, which is what makes real pages too wide.</summary>
    private static ReportModel WithoutBreaks()
    {
        var name = new string('w', 200);
        var query = Samples.Query(1);
        var scenario = Samples.Scenario(queries: 0) with
        {
            Title = name,
            Model = name,
            Attacks = [Samples.UaaGan() with { Title = name }, Samples.Pgd()],
            GalleryImages = [new ReportImage(name, name, query.Attack, query.Picture)],
            Queries = [query with { Id = name, Identity = name, CleanStrip = query.CleanStrip.Select(hit => hit with { Id = name, Identity = name }).ToArray() }],
            Training = [new ReportTrainingPoint(1, new Dictionary<string, double> { [name] = 1e-9 }), new ReportTrainingPoint(2_000_000_000, new Dictionary<string, double> { [name] = -1e12 })],
            Options = [new ReportOption(name, name, name)],
            ManifestJson = $$"""{"{{name}}": "{{name}}"}""",
        };
        return Samples.Report(scenario) with { Title = name };
    }

    private static async Task<string> WideElementsAsync(Browser browser) => (string)(await browser.EvaluateAsync("""
        [...document.querySelectorAll('body *')].filter(element => element.getBoundingClientRect().right > innerWidth + 0.5)
          .slice(0, 8).map(element => element.tagName + '.' + element.getAttribute('class')).join(', ')
        """))!;

    private static async Task KeepScreenshotsAsync(Browser browser, string name, int width, bool dark)
    {
        if (Environment.GetEnvironmentVariable("UAAGAN_SCREENSHOTS") is not { Length: > 0 } folder)
            return;
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"{name}-{width}{(dark ? "-dark" : "")}.png");
        await File.WriteAllBytesAsync(file, await browser.ScreenshotAsync(width), TestContext.Current.CancellationToken);
        if (!dark)
            await File.WriteAllBytesAsync(Path.ChangeExtension(file, ".pdf"), await browser.PrintAsync(), TestContext.Current.CancellationToken);
    }
}
