using System.Globalization;
using UaaGan.Imaging;

namespace UaaGan.Demo;

/// <summary>Lays a scenario out as its protocol's reader expects it.</summary>
internal static class DemoDatasetWriter
{
    /// <summary>One image to draw, and where it goes relative to the data set's folder.</summary>
    internal readonly record struct Drawing(string Path, int Identity, int View);

    public static DemoDataset Write(DemoScenario scenario, string folder, IProgress<DemoProgress>? progress, CancellationToken cancellation)
    {
        bool market = IsMarket(scenario);
        Drawing[] training = [.. Training(scenario)], queries = [.. Queries(scenario)], gallery = [.. Gallery(scenario)];
        Drawing[] all = [.. training, .. gallery, .. market ? queries : []];
        foreach (string parent in all.Select(drawing => Path.GetDirectoryName(drawing.Path)!).Distinct())
            Directory.CreateDirectory(Path.Combine(folder, parent));

        int written = 0;
        Parallel.ForEach(all, new ParallelOptions { CancellationToken = cancellation }, drawing =>
        {
            File.WriteAllBytes(Path.Combine(folder, drawing.Path), ImageEncoder.Png(scenario.Draw(drawing.Identity, drawing.View)));
            progress?.Report(new DemoProgress(Interlocked.Increment(ref written), all.Length));
        });

        string? list = market ? null : Path.Combine(folder, "queries.txt");
        if (list is not null) File.WriteAllLines(list, queries.Select(drawing => Path.GetRelativePath("data", drawing.Path)));
        return new DemoDataset(Path.Combine(folder, "train"), Path.Combine(folder, "data"), list, training.Length, queries.Length, gallery.Length);
    }

    internal static IEnumerable<Drawing> Training(DemoScenario scenario) =>
        from identity in Enumerable.Range(0, scenario.TrainingIdentities)
        from view in Enumerable.Range(0, scenario.TrainingViews)
        select new Drawing(Named($"train/{identity * scenario.TrainingViews + view:D4}.png"), DemoScenario.FirstTrainingIdentity + identity, view);

    internal static IEnumerable<Drawing> Queries(DemoScenario scenario) => IsMarket(scenario) ? MarketQueries(scenario) : LeaveOneOutQueries(scenario);

    internal static IEnumerable<Drawing> Gallery(DemoScenario scenario) => IsMarket(scenario) ? MarketGallery(scenario) : LeaveOneOutGallery(scenario);

    private static bool IsMarket(DemoScenario scenario) => scenario.Protocol == DemoScenarios.Market1501;

    private static IEnumerable<Drawing> LeaveOneOutGallery(DemoScenario scenario) =>
        from identity in Enumerable.Range(1, scenario.Identities)
        from view in Enumerable.Range(0, scenario.GalleryViews)
        select new Drawing(Named($"data/{scenario.Name}-{identity:D2}/{view:D2}.png"), identity, view);

    private static IEnumerable<Drawing> LeaveOneOutQueries(DemoScenario scenario) =>
        LeaveOneOutGallery(scenario).Where(drawing => drawing.View < scenario.QueryViews);

    /// <summary>An identity is missed by one of the six cameras; each of its queries comes from a camera of its own.</summary>
    private static IEnumerable<Drawing> MarketQueries(DemoScenario scenario) =>
        from identity in Enumerable.Range(1, scenario.Identities)
        from turn in Enumerable.Range(1, scenario.QueryViews)
        let camera = (identity + turn) % Cameras
        select Crop("query", identity, identity, camera);

    private static IEnumerable<Drawing> MarketGallery(DemoScenario scenario)
    {
        IEnumerable<Drawing> known =
            from identity in Enumerable.Range(1, scenario.Identities)
            from view in Enumerable.Range(Cameras, 2 * scenario.GalleryViews).Where(view => view % Cameras != identity % Cameras).Take(scenario.GalleryViews)
            select Crop("bounding_box_test", identity, identity, view);
        IEnumerable<Drawing> unknown =
            from distractor in Enumerable.Range(0, scenario.Distractors)
            select Crop("bounding_box_test", 0, DemoScenario.FirstDistractor + distractor, distractor);
        return known.Concat(unknown);
    }

    private const int Cameras = 6;

    private static Drawing Crop(string part, int label, int identity, int view) => new(
        Named($"data/{part}/{label:D4}_c{view % Cameras + 1}s1_{(identity % 1000) * 100 + view:D6}_01.png"), identity, view);

    private static string Named(FormattableString path) => path.ToString(CultureInfo.InvariantCulture);
}
