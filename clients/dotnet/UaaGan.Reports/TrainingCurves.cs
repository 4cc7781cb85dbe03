namespace UaaGan.Reports;

/// <summary>Training curves in small panels: what is known to belong together shares one, every other value gets its own.</summary>
internal static class TrainingCurves
{
    private static readonly (string Title, string[] Names)[] KnownPanels =
    [
        ("Generator loss", ["loss"]),
        ("Metric loss", ["loss_metric"]),
        ("Discriminator", ["d_real", "d_fake"]),
        ("Discriminator loss", ["loss_discriminator"]),
        ("Adversarial loss", ["loss_gan"]),
        ("Reconstruction loss", ["loss_reconstruction"]),
        ("Feature shift, own perturbation and another image's", ["feature_shift", "swapped_shift"]),
        ("Similarity to the features farthest from the image's own", ["farthest_similarity"]),
        ("Saturation, share of pixels at the budget", ["saturation"]),
        ("SSIM of training batches", ["ssim"]),
        ("Weight of the SSIM loss", ["similarity_weight"]),
        ("mAP on validation images", ["validation_map"]),
        ("mAP lost on validation images, own and swapped", ["validation_map_lost", "validation_map_lost_swapped"]),
        ("SSIM on validation images", ["validation_ssim"]),
        ("Learning rate", ["learning_rate"]),
    ];

    public static void Write(MarkupWriter html, IReadOnlyList<ReportTrainingPoint> training)
    {
        if (training.Count == 0)
            return;
        html.Write($"<h3>Training of the generator</h3>\n<p class=\"note\">Horizontal: optimiser step. A band shows the range of the steps that a point of the line averages.</p>\n<div class=\"curves\">\n");
        var left = training.SelectMany(point => point.Scalars.Keys).ToHashSet(StringComparer.Ordinal);
        foreach (var (title, names) in KnownPanels)
        {
            var present = names.Where(left.Remove).ToArray();
            if (present.Length > 0)
                LineChart.Write(html, title, present.Select(name => Curve(name, training)).ToArray());
        }
        foreach (var name in left.Order(StringComparer.Ordinal))
            LineChart.Write(html, name, [Curve(name, training)]);
        html.Write($"</div>\n");
    }

    private static ChartSeries Curve(string name, IReadOnlyList<ReportTrainingPoint> training) => new(
        name,
        training.Where(point => point.Scalars.ContainsKey(name)).Select(point => new ChartPoint(point.Step, point.Scalars[name])).ToArray());
}
