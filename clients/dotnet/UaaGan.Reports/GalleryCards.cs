namespace UaaGan.Reports;

/// <summary>Attacked gallery images in pictures: each image, its perturbation, and the adversarial image.</summary>
internal static class GalleryCards
{
    public static void Write(MarkupWriter html, ReportScenario scenario)
    {
        if (scenario.GalleryImages.Count == 0)
            return;
        html.Write($"""
            <h3>What a person sees of the gallery</h3>
            <p class="note">Gallery images that were attacked. Perturbations are amplified around mid-grey.</p>

            """);
        var titles = scenario.Attacks.ToDictionary(attack => attack.Name, attack => attack.Title, StringComparer.Ordinal);
        CardList.Write(html, scenario.GalleryImages, "pictured", "more gallery image", "more gallery images", image =>
        {
            html.Write($"<article class=\"card\">\n");
            CardList.WriteHead(html, image.Id, image.Identity);
            CardList.WritePicture(html, image.Picture, titles[image.Attack]);
            html.Write($"</article>\n");
        });
    }
}
