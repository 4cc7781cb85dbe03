namespace UaaGan.Reports;

/// <summary>What the numbers mean, for a reader who meets them for the first time.</summary>
internal static class Explanation
{
    public static void Write(MarkupWriter html) => html.Write($"""
        <section class="explanation" id="explanation">
        <h2>What the numbers mean</h2>
        <p class="lead">A retrieval network turns an image into a vector, and a search ranks a gallery by the cosine of the vectors. The attack changes each pixel of an image by at most the budget, so that a person sees the same picture and the ranking falls apart. The other side of the search stays as it is; where a section attacks the gallery in place of the query, its threat model says so.</p>
        <dl class="terms">
        <div><dt>mAP</dt><dd>Mean average precision: 1 when every right image stands before every wrong one, for every query. Whether an average precision is a rectangle or a trapezoid sum changes the third digit, so the rule stands with the table.</dd></div>
        <div><dt>Rank-1, rank-5</dt><dd>The share of queries with a right image first, or among the first five.</dd></div>
        <div><dt>mAP lost</dt><dd>(clean − adversarial) / (clean − chance). 0 %: the ranking is as good as before. 100 %: no better than a random order; more is possible, when right images are pushed behind wrong ones.</dd></div>
        <div><dt>Swapped</dt><dd>The same loss when each image gets the perturbation made for another one. If it is nearly as large, the perturbation is a pattern that suits any image rather than one made for this image.</dd></div>
        <div><dt>Control</dt><dd>Noise of the same budget and a random sign at each pixel. What noise alone does is no merit of an attack.</dd></div>
        <div><dt>SSIM, PSNR, LPIPS, L∞</dt><dd>How far the saved image is from the original: structural similarity (1 is equal, under 0.85 most people see it), the ratio of signal to noise in decibels (more is closer), where it was measured a distance by a network that judges likeness as people do (0 is equal), and the largest change of any pixel in grey levels of 255.</dd></div>
        <div><dt>95 % interval</dt><dd>Where the number would mostly fall had other identities been queried: a bootstrap that draws identities, not images. It does not cover another network, another data set or another training run.</dd></div>
        <div><dt>Verdict</dt><dd>Decided by the numbers alone: <b>broken</b> from 70 % of the mAP above chance lost, <b>weakened</b> from 30 %, <b>dented</b> from 5 %, <b>held</b> below that or when the interval reaches 0; <b>no better than noise</b> when the control takes as much; <b>over budget</b> when a pixel changed by more than allowed.</dd></div>
        </dl>
        </section>

        """);
}
