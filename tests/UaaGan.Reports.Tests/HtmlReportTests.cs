using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using UaaGan.Failures;

namespace UaaGan.Reports.Tests;

public sealed class HtmlReportTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("uaagan-report-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_page_is_well_formed_and_its_links_and_headings_hold_together()
    {
        var page = Parse(HtmlReport.Render(Samples.Report()));
        var ids = page.Descendants().Attributes("id").Select(id => id.Value).ToArray();
        Assert.Equal(ids.Length, ids.Distinct(StringComparer.Ordinal).Count());
        Assert.All(page.Descendants().Attributes("href"), link => Assert.Contains(link.Value[1..], ids));
        Assert.Single(page.Descendants("h1"));
        Assert.Equal(3, page.Descendants("section").Count(section => (string?)section.Attribute("class") == "scenario"));
        Assert.All(page.Descendants("img"), image => Assert.NotEmpty(image.Attribute("alt")!.Value));
    }

    [Fact]
    public void Every_cell_of_a_table_says_what_it_is_where_a_row_becomes_a_card()
    {
        var battery = new ReportBattery
        {
            Preset = "full",
            Score = 12.5,
            Rule = "the rule.",
            Parts = [new ReportBatteryPart("8/255", "pgd", 0.875, 0.125)],
            Curves = [new ReportCurve("pgd", [new ReportPoint(0, 0.8), new ReportPoint(8, 0.1)])],
            Survival = [new ReportSurvival("pgd", 0.875, "jpeg-50", [new ReportDefence("jpeg-50", 0.5, 0.7)])],
            Transfer = [new ReportTransfer("a", "a", "pgd", 0.875), new ReportTransfer("a", "b", "pgd", 0.25)],
        };
        var page = Parse(HtmlReport.Render(Samples.Report() with { Battery = battery }));
        var cells = page.Descendants("table").Where(table => (string?)table.Attribute("class") == "metrics").Descendants("td").ToArray();
        Assert.All(cells, cell => Assert.NotEmpty((string?)cell.Attribute("data-label") ?? ""));
        foreach (var label in new[] { "strongest attack", "share left", "clean mAP", "scored on b" })
            Assert.Contains(cells, cell => cell.Attribute("data-label")!.Value == label);
    }

    [Fact]
    public void Nothing_is_fetched_or_run()
    {
        var text = HtmlReport.Render(Samples.Report());
        var page = Parse(text);
        Assert.Empty(page.Descendants("script"));
        Assert.Empty(page.Descendants("link"));
        Assert.DoesNotContain("http:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("https:", text, StringComparison.Ordinal);
        Assert.DoesNotContain("url(", text, StringComparison.Ordinal);
        Assert.All(page.Descendants("img"), image => Assert.StartsWith("data:image/png;base64,", image.Attribute("src")!.Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Images_are_embedded_byte_for_byte_with_their_size()
    {
        var query = Samples.Query(5, 40, 30);
        var page = Parse(HtmlReport.Render(Samples.Report(Samples.Scenario() with { Queries = [query] })));
        var image = page.Descendants("img").Single(image => image.Attribute("alt")!.Value == "original");
        Assert.Equal(query.Picture.OriginalPng, Convert.FromBase64String(image.Attribute("src")!.Value.Split(',')[1]));
        Assert.Equal(("40", "30"), (image.Attribute("width")!.Value, image.Attribute("height")!.Value));
    }

    [Fact]
    public void Under_an_attack_on_the_gallery_its_images_are_pictured_and_rows_that_vanish_are_marked()
    {
        var scenario = Samples.GallerySide(queries: 2);
        var page = Parse(HtmlReport.Render(Samples.Report(scenario)));

        var lists = page.Descendants("div").Where(list => ((string?)list.Attribute("class"))?.StartsWith("cards", StringComparison.Ordinal) == true).ToArray();
        Assert.Equal(["cards pictured", "cards"], lists.Select(list => (string?)list.Attribute("class")));
        Assert.Equal(["original", "perturbation ×15", "after UAA-GAN"], lists[0].Elements("article").First().Descendants("img").Select(image => image.Attribute("alt")!.Value));
        // The query itself is not attacked: one picture, then the two strips.
        var card = lists[1].Elements("article").First();
        Assert.Equal("query, as it is", card.Descendants("img").First().Attribute("alt")!.Value);
        var strips = card.Descendants("section").ToArray();
        Assert.Equal(["gone", "gone", "", "", "", "", "", ""], strips[0].Descendants("li").Select(Word));
        Assert.Equal(["attacked", "", "", "", "", "", "", ""], strips[1].Descendants("li").Select(Word));
        Assert.All(strips[0].Descendants("li").Take(2), hit => Assert.EndsWith(", gone", hit.Attribute("title")!.Value, StringComparison.Ordinal));

        // Where every row is attacked a mark on each would say nothing.
        var all = Parse(HtmlReport.Render(Samples.Report(Samples.GallerySide(queries: 2, all: true))));
        Assert.DoesNotContain(all.Descendants("span"), span => span.Value == "attacked");
        Assert.Contains(all.Descendants("span"), span => span.Value == "gone");
        // On the query's side rows come and go: that is what the two strips show.
        Assert.DoesNotContain(Parse(HtmlReport.Render(Samples.Report())).Descendants("span"), span => span.Value == "gone");

        static string Word(XElement hit) => hit.Elements("span").SingleOrDefault(span => (string?)span.Attribute("class") == "hit-word")?.Value ?? "";
    }

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("\"><img src=x onerror=alert(1)>")]
    [InlineData("' onmouseover='alert(1)")]
    [InlineData("a & b &lt; c")]
    [InlineData("}</style><script>alert(1)</script>")]
    public void Names_that_look_like_markup_stay_text_everywhere(string name)
    {
        var query = Samples.Query(1);
        var hit = query.CleanStrip[0] with { Id = name, Identity = name };
        var scenario = Samples.Scenario(name, name) with
        {
            Description = name,
            Model = name,
            ThreatModel = name,
            Rules = Samples.Scenario().Rules with { Protocol = name, AveragePrecision = name, Junk = name, Denominator = name },
            Attacks = [Samples.UaaGan() with { Name = name, Title = name }],
            Queries = [query with { Id = name, Identity = name, Attack = name, CleanStrip = [hit], AdversarialStrip = [hit] }],
            Training = [new ReportTrainingPoint(1, new Dictionary<string, double> { [name] = 1 })],
            Options = [new ReportOption(name, name, name)],
            ManifestJson = System.Text.Json.JsonSerializer.Serialize(name),
        };
        var hostile = Parse(HtmlReport.Render(Samples.Report(scenario, scenario with { Name = "other" }) with { Title = name, Version = name }));
        var (plain, other) = (Rename(scenario, "plain"), Rename(scenario, "plain") with { Name = "other" });
        var harmless = Parse(HtmlReport.Render(Samples.Report(plain, other) with { Title = "plain", Version = "plain" }));

        Assert.Equal(Shape(harmless), Shape(hostile));
        Assert.Equal(name, hostile.Descendants("h1").Single().Value);
        Assert.Contains(hostile.Descendants("span"), span => span.Value == name && (string?)span.Attribute("class") == "card-id");
    }

    [Fact]
    public void Control_characters_and_lone_surrogates_do_not_break_the_page()
    {
        var page = Parse(HtmlReport.Render(Samples.Report(Samples.Scenario("a\0b\u001b[31m\ud800\uffff"), Samples.Scenario("c") with { Title = "a\0b\u001b[31m\ud800\uffff é 犬 🐕" })));
        Assert.Contains(page.Descendants("h2"), heading => heading.Value == "2a\ufffdb\ufffd[31m\ufffd\ufffd é 犬 🐕");
    }

    [Fact]
    public void The_same_model_gives_the_same_bytes_under_any_culture()
    {
        var expected = HtmlReport.Render(Samples.Report());
        Assert.Equal(expected, HtmlReport.Render(Samples.Report()));

        var before = CultureInfo.CurrentCulture;
        var culture = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (culture.NumberFormat.NumberDecimalSeparator, culture.NumberFormat.NegativeSign) = (",", "~");
        culture.DateTimeFormat.TimeSeparator = ".";
        try
        {
            CultureInfo.CurrentCulture = culture;
            Assert.Equal(expected, HtmlReport.Render(Samples.Report()));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void The_table_holds_every_number_with_its_interval()
    {
        var page = Parse(HtmlReport.Render(Samples.Report(Samples.Scenario())));
        var rows = page.Descendants("tbody").Single().Elements("tr")
            .Select(row => string.Join(" | ", row.Elements().Select(cell => string.Join(" ", cell.DescendantNodes().OfType<XText>().Select(text => text.Value))))).ToArray();
        Assert.Equal(
        [
            "Clean | 0.782 0.758 to 0.805 | 0.941 0.911 to 0.961 | 0.986 0.966 to 0.996 | – | – | – | – | – | –",
            "Random sign control | 0.741 0.717 to 0.764 | 0.667 0.637 to 0.687 | 0.963 0.943 to 0.973 | 5.7\u00a0% 3.6 to 7.6\u00a0% | – | 30.3 | 0.823 | 8 | 0.41",
            "UAA-GAN under test | 0.109 0.085 to 0.132 | 0.098 0.068 to 0.118 | 0.142 0.122 to 0.152 | 92.8\u00a0% 90.7 to 94.7\u00a0% | 55.7\u00a0% 52.7 to 58.7\u00a0% | 31.8 | 0.904 | 8 | 3.90",
            "PGD-20 reference | 0.031 0.007 to 0.054 | 0.028 0.000 to 0.048 | 0.040 0.020 to 0.050 | 103.6\u00a0% 101.5 to 105.5\u00a0% | 62.2\u00a0% 59.2 to 65.2\u00a0% | 33.2 | 0.917 | 8 | 412",
        ], rows);
    }

    [Fact]
    public void The_rules_the_chance_level_and_the_threat_model_stand_with_the_numbers()
    {
        var scenario = Samples.Scenario();
        var text = Parse(HtmlReport.Render(Samples.Report(scenario))).Root!.Value;
        foreach (var stated in new[] { scenario.Rules.Protocol, scenario.Rules.AveragePrecision, scenario.Rules.Junk, scenario.Rules.Denominator, scenario.ThreatModel, "mAP 0.057" })
            Assert.Contains(stated, text, StringComparison.Ordinal);
    }

    [Fact]
    public void Right_and_wrong_rows_differ_by_mark_and_words_and_not_by_colour_alone()
    {
        var page = Parse(HtmlReport.Render(Samples.Report(Samples.Scenario() with { Queries = [Samples.Query(0)] })));
        var hits = page.Descendants("li").Where(item => ((string?)item.Attribute("class"))?.StartsWith("hit", StringComparison.Ordinal) == true).ToArray();
        Assert.Equal(16, hits.Length);
        Assert.Equal(7 + 1, hits.Count(hit => hit.Descendants("use").Single().Attribute("href")!.Value == "#tick"));
        Assert.All(hits, hit =>
        {
            var right = hit.Attribute("class")!.Value == "hit right";
            Assert.Equal(right ? "#tick" : "#cross", hit.Descendants("use").Single().Attribute("href")!.Value);
            Assert.Equal(right ? "right" : "wrong", hit.Descendants("svg").Single().Attribute("aria-label")!.Value);
        });
    }

    [Fact]
    public void A_scenario_without_pictures_training_options_or_intervals_is_still_a_report()
    {
        var bare = Samples.Scenario() with { Queries = [], Training = [], Options = [], ManifestJson = "", Description = "", Attacks = [Samples.UaaGan() with { MapLost = new(0.9), MapLostSwapped = null, Ssim = null, PsnrDb = double.PositiveInfinity }] };
        var page = Parse(HtmlReport.Render(Samples.Report(bare)));
        Assert.Empty(page.Descendants("img"));
        Assert.Empty(page.Descendants("details"));
        Assert.Contains("∞", page.Descendants("tbody").Single().Value, StringComparison.Ordinal);
        Assert.DoesNotContain("interval", Verdict.Of(bare).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Lpips_has_a_column_only_where_it_was_measured()
    {
        var scenario = Samples.Scenario(queries: 0);
        Assert.DoesNotContain("LPIPS", Labels(scenario));
        var measured = scenario with { Attacks = [Samples.RandomSign(), Samples.UaaGan() with { Lpips = 0.1234 }] };
        // One for the clean row and one an attack, in the order of the heading.
        Assert.Equal(3, Labels(measured).Count(label => label == "LPIPS"));
        Assert.Equal(["\u2013", "\u2013", "0.123"], Cells(measured).Where(cell => cell.Attribute("data-label")!.Value == "LPIPS").Select(cell => cell.Value));
        Assert.Equal("LPIPS", Parse(HtmlReport.Render(Samples.Report(measured))).Descendants("th").Where(head => (string?)head.Attribute("scope") == "col").ElementAt(8).Value);

        static IEnumerable<string> Labels(ReportScenario scenario) => Cells(scenario).Select(cell => cell.Attribute("data-label")!.Value);

        static IEnumerable<System.Xml.Linq.XElement> Cells(ReportScenario scenario) =>
            Parse(HtmlReport.Render(Samples.Report(scenario))).Descendants("td").Where(cell => cell.Attribute("data-label") is not null);
    }

    public static TheoryData<string, string, ReportModel> Refusals()
    {
        var scenario = Samples.Scenario(queries: 1);
        var query = scenario.Queries[0];
        return new TheoryData<string, string, ReportModel>
        {
            { "REPORT_EMPTY", "no scenario", Samples.Report() with { Scenarios = [] } },
            { "NAME_REPEATED", "'scenes'", Samples.Report(scenario, scenario) },
            { "NAME_REPEATED", "'pgd'", Samples.Report(scenario with { Attacks = [Samples.Pgd(), Samples.Pgd()], Queries = [] }) },
            { "EPSILON_INVALID", "8/255", Samples.Report(scenario with { Epsilon = "0.03" }) },
            { "REPORT_VALUE_NOT_FINITE", "mAP is NaN", Samples.Report(scenario with { Clean = Samples.Metrics(double.NaN, 1, 1) }) },
            { "REPORT_VALUE_NOT_FINITE", "attack 'pgd', share of mAP lost, upper bound", Samples.Report(scenario with { Queries = [], Attacks = [Samples.Pgd() with { MapLost = new(1, 1, double.PositiveInfinity) }] }) },
            { "REPORT_VALUE_NOT_FINITE", "PSNR", Samples.Report(scenario with { Queries = [], Attacks = [Samples.Pgd() with { PsnrDb = double.NegativeInfinity }] }) },
            { "REPORT_VALUE_NOT_FINITE", "training step 7, 'loss_metric'", Samples.Report(scenario with { Training = [new(7, new Dictionary<string, double> { ["loss_metric"] = double.NaN })] }) },
            { "TRAINING_STEPS_UNORDERED", "step 2 follows step 2", Samples.Report(scenario with { Training = [new(2, new Dictionary<string, double>()), new(2, new Dictionary<string, double>())] }) },
            { "MANIFEST_INVALID", "no JSON", Samples.Report(scenario with { ManifestJson = "{" }) },
            { "ATTACK_NOT_FOUND", "'uap'", Samples.Report(scenario with { Queries = [query with { Attack = "uap" }] }) },
            { "REPORT_IMAGE_INVALID", "original", Samples.Report(scenario with { Queries = [query with { Picture = query.Picture with { OriginalPng = "GIF89a"u8.ToArray() } }] }) },
            { "REPORT_IMAGE_INVALID", "gallery image 'g', adversarial image", Samples.Report(scenario with { GalleryImages = [new ReportImage("g", "1", query.Attack, query.Picture with { Change = query.Picture.Change! with { AdversarialPng = [] } })] }) },
            { "ATTACK_NOT_FOUND", "gallery image 'g'", Samples.Report(scenario with { GalleryImages = [new ReportImage("g", "1", "nope", query.Picture)] }) },
            { "REPORT_IMAGE_INVALID", "thumbnail", Samples.Report(scenario with { Queries = [query with { CleanStrip = [query.CleanStrip[0] with { ThumbnailPng = [] }] }] }) },
        };
    }

    [Theory]
    [MemberData(nameof(Refusals), DisableDiscoveryEnumeration = true)]
    public void A_model_that_would_mislead_is_refused_by_name_and_nothing_is_written(string reason, string names, ReportModel model)
    {
        var path = Path.Combine(_folder, "report.html");
        var failure = Assert.Throws<FailureException>(() => HtmlReport.Write(model, path));
        Assert.Equal((FailureKind.InvalidArgument, reason), (failure.Kind, failure.Reason));
        Assert.Contains(names, failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void Writing_makes_the_folder_replaces_the_old_file_and_leaves_nothing_beside_it()
    {
        var path = Path.Combine(_folder, "new", "report.html");
        HtmlReport.Write(Samples.Report(Samples.Scenario(queries: 0)) with { Title = "first" }, path);
        HtmlReport.Write(Samples.Report(Samples.Scenario(queries: 0)) with { Title = "second" }, path);
        Assert.Equal("second", Parse(File.ReadAllText(path)).Descendants("h1").Single().Value);
        Assert.Equal([path], Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "new")));
    }

    [Fact]
    public void A_place_that_cannot_be_written_is_named()
    {
        var occupied = Path.Combine(_folder, "file");
        File.WriteAllText(occupied, "");
        var failure = Assert.Throws<FailureException>(() => HtmlReport.Write(Samples.Report(Samples.Scenario(queries: 0)), Path.Combine(occupied, "report.html")));
        Assert.Equal("REPORT_NOT_WRITTEN", failure.Reason);
        Assert.Contains(occupied, failure.Message, StringComparison.Ordinal);
    }

    internal static XDocument Parse(string page)
    {
        using var reader = XmlReader.Create(new StringReader(page), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        return XDocument.Load(reader, LoadOptions.PreserveWhitespace);
    }

    private static string Shape(XDocument page) =>
        string.Join(' ', page.Descendants().Select(element => $"{element.Name}[{string.Join(',', element.Attributes().Select(attribute => attribute.Name))}]"));

    private static ReportScenario Rename(ReportScenario scenario, string name)
    {
        var query = scenario.Queries[0];
        var hit = query.CleanStrip[0] with { Id = name, Identity = name };
        return scenario with
        {
            Name = name,
            Title = name,
            Attacks = [scenario.Attacks[0] with { Name = name, Title = name }],
            Queries = [query with { Id = name, Identity = name, Attack = name, CleanStrip = [hit], AdversarialStrip = [hit] }],
            Training = [new ReportTrainingPoint(1, new Dictionary<string, double> { [name] = 1 })],
        };
    }
}
