namespace UaaGan.Reports.Tests;

/// <summary>Models with everything in them that a real run has.</summary>
internal static class Samples
{
    public static ReportModel Report(params ReportScenario[] scenarios) => new()
    {
        Title = "UAA-GAN against three retrieval networks",
        Created = new DateTimeOffset(2026, 3, 9, 12, 5, 0, TimeSpan.FromHours(2)),
        Version = "0.1.0",
        Scenarios = scenarios.Length > 0 ? scenarios : [Scenario(), Scenario("people", "Person re-identification", 60, 120), Scenario("faces", "Face search", 92, 112)],
    };

    public static ReportScenario Scenario(string name = "scenes", string title = "Image retrieval", int width = 96, int height = 96, int queries = 6) => new()
    {
        Name = name,
        Title = title,
        Description = "24 drawn scenes in 12 views each; the generator was trained on 600 unlabelled images of 50 other scenes.",
        Model = $"demo_{name} 1",
        ThreatModel = "White box, at test time: the attacker has the target network and a few hundred unlabelled images of the same kind, changes the query only, and never touches the gallery.",
        Epsilon = "8/255",
        Rules = new ReportRules
        {
            Protocol = "leave-one-out",
            AveragePrecision = "rectangle: the mean of the precision at each correct row",
            Junk = "the query's own clean twin (same id) is left out of its ranking",
            Denominator = "all queries with at least one match in the gallery",
            ChanceMeanAveragePrecision = 0.057,
            GalleryItems = 288,
        },
        Clean = Metrics(0.782, 0.941, 0.986),
        Attacks = [RandomSign(), UaaGan(), Pgd()],
        Queries = Enumerable.Range(0, queries).Select(i => Query(i, width, height)).ToArray(),
        Training = Enumerable.Range(0, 400).Select(Point).ToArray(),
        Options =
        [
            new("training", "batch", "16"), new("training", "learning_rate_generator", "0.001"), new("training", "learning_rate_discriminator", "0.0002"),
            new("training", "lambda_m", "30"), new("training", "margin", "0.3"), new("training", "mining", "farthest"), new("training", "steps", "2000"),
            new("pgd", "steps", "20"), new("pgd", "alpha", "1/255"), new("pgd", "start", "uniform"), new("random-sign", "seed", "1"),
            new("evaluation", "bootstrap_samples", "1000"), new("evaluation", "weights_sha256", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        ],
        ManifestJson = """{"version":"0.1.0","seed":1,"epsilon":"8/255","weights_sha256":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","steps":2000}""",
    };

    public static ReportAttack RandomSign() => Attack("random-sign", "Random sign", ReportAttackRole.Control, 0.741, 0.057, 30.3, 0.823, 0.41) with { MapLostSwapped = null };

    public static ReportAttack UaaGan() => Attack("uaa-gan", "UAA-GAN", ReportAttackRole.Subject, 0.109, 0.928, 31.8, 0.904, 3.9);

    public static ReportAttack Pgd() => Attack("pgd", "PGD-20", ReportAttackRole.Reference, 0.031, 1.036, 33.2, 0.917, 412);

    public static ReportAttack Attack(string name, string title, ReportAttackRole role, double map, double lost, double psnr, double ssim, double milliseconds) => new()
    {
        Name = name,
        Title = title,
        Role = role,
        Metrics = Metrics(map, map * 0.9, Math.Min(1, map * 1.3)),
        MapLost = new ReportEstimate(lost, lost - 0.021, lost + 0.019),
        MapLostSwapped = new ReportEstimate(lost * 0.6, lost * 0.6 - 0.03, lost * 0.6 + 0.03),
        FeatureShift = 1.1,
        PsnrDb = psnr,
        Ssim = ssim,
        LInfinity255 = 8,
        MillisecondsPerImage = milliseconds,
    };

    public static ReportMetrics Metrics(double map, double rank1, double rank5) => new()
    {
        MeanAveragePrecision = new ReportEstimate(map, Math.Max(0, map - 0.024), Math.Min(1, map + 0.023)),
        Rank1 = new ReportEstimate(rank1, Math.Max(0, rank1 - 0.03), Math.Min(1, rank1 + 0.02)),
        Rank5 = new ReportEstimate(rank5, Math.Max(0, rank5 - 0.02), Math.Min(1, rank5 + 0.01)),
        Queries = 120,
        SkippedQueries = 1,
    };

    public static ReportQuery Query(int seed, int width = 96, int height = 96) => new()
    {
        Id = $"class{seed % 4:00}/view_{seed:0000}.png",
        Identity = $"{seed % 4:00}",
        Attack = "uaa-gan",
        Picture = Picture(seed, width, height),
        CleanAveragePrecision = 0.871,
        AdversarialAveragePrecision = 0.043,
        CleanStrip = Strip(seed, width, height, rank => rank != 6),
        AdversarialStrip = Strip(seed + 17, width, height, rank => rank == 7),
    };

    public static ReportPicture Picture(int seed, int width = 96, int height = 96) => new()
    {
        OriginalPng = Scene(seed, width, height, 0),
        Change = new ReportChange(Pattern(seed, width, height), 15, Scene(seed, width, height, 8)),
    };

    /// <summary>A scenario whose gallery is attacked: of each query's rows the first two are gone afterwards, the third is still there.</summary>
    public static ReportScenario GallerySide(int queries = 6, bool all = false) => Scenario(queries: 0) with
    {
        PerturbedGallery = true,
        GalleryImages = [.. Enumerable.Range(0, queries).Select(i => new ReportImage($"class{i % 4:00}/view_{i:0000}.png", $"{i % 4:00}", "uaa-gan", Picture(i)))],
        Queries =
        [
            .. Enumerable.Range(0, queries).Select(i => Query(i)).Select(query => query with
            {
                Picture = query.Picture with { Change = null },
                AdversarialStrip = [.. query.CleanStrip.Skip(2).Select((hit, i) => hit with { Attacked = all || i == 0 }), .. query.AdversarialStrip.Take(2).Select(hit => hit with { Id = "new" + hit.Id, Attacked = all })],
            }),
        ],
    };

    public static ReportTrainingPoint Point(int index)
    {
        var time = index / 400.0;
        var scalars = new Dictionary<string, double>
        {
            ["loss_metric"] = 1.6 * Math.Exp(-4 * time) + 0.25 + 0.08 * Math.Sin(index * 1.7),
            ["loss_discriminator"] = 0.4 + 0.1 * Math.Sin(index * 0.9) * (1 - time),
            ["d_real"] = 0.75 + 0.06 * Math.Sin(index * 0.8),
            ["d_fake"] = 0.3 - 0.1 * time + 0.06 * Math.Cos(index * 1.1),
            ["saturation"] = 0.1 + 0.3 * time,
            ["feature_shift"] = 1.2 * (1 - Math.Exp(-5 * time)),
        };
        if (index % 40 == 0)
            (scalars["validation_map"], scalars["validation_ssim"]) = (0.8 * Math.Exp(-5 * time) + 0.06, 0.97 - 0.07 * time);
        return new ReportTrainingPoint(5 * index, scalars);
    }

    private static ReportHit[] Strip(int seed, int width, int height, Func<int, bool> correct) => Enumerable.Range(0, 8)
        .Select(rank => new ReportHit(
            Scene(seed * 7 + rank, width * 2 / 3, height * 2 / 3, 0), $"class{rank:00}/view_{rank:0000}.png", correct(rank) ? $"{seed % 4:00}" : "31", 0.93 - 0.02 * rank, correct(rank)))
        .ToArray();

    private static byte[] Scene(int seed, int width, int height, int noise)
    {
        var random = new Random(seed);
        var (sky, ground, sun) = (Colour(random, 120), Colour(random, 40), Colour(random, 160));
        var (sunX, sunY, sunRadius) = (random.Next(width), random.Next(height / 2), width * (0.1 + 0.15 * random.NextDouble()));
        var horizon = height * (0.45 + 0.25 * random.NextDouble());
        return TestPng.Draw(width, height, (x, y) =>
        {
            var (r, g, b) = y > horizon + 6 * Math.Sin(x * 0.12 + seed) ? ground : Math.Sqrt((x - sunX) * (x - sunX) + (y - sunY) * (y - sunY)) < sunRadius ? sun : sky;
            var shade = noise == 0 ? y / 8 : y / 8 + (int)(noise * Math.Sin(x * 1.3 + y * 0.7));
            return (Clip(r + shade), Clip(g + shade), Clip(b + shade));
        });
    }

    private static byte[] Pattern(int seed, int width, int height) => TestPng.Draw(width, height, (x, y) =>
        (Clip(127 + (int)(110 * Math.Sin(x * 0.9 + seed))), Clip(127 + (int)(110 * Math.Sin(y * 0.7 + x * 0.2))), Clip(127 + (int)(110 * Math.Cos((x + y) * 0.5)))));

    private static (int R, int G, int B) Colour(Random random, int least) => (least + random.Next(90), least + random.Next(90), least + random.Next(90));

    private static byte Clip(int value) => (byte)Math.Clamp(value, 0, 255);
}
