using UaaGan.Imaging;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>
/// Queries that are a part of their image, as on Oxford5k and Paris6k, cut out before anything else: the attack is on the query that is
/// scored. As in cirtorch the box is rounded half to even and the longer side becomes 1024 at most; but bilinear, antialiased, not Lanczos.
/// </summary>
internal static class QueryCrop
{
    private const int LongestSide = 1024;

    /// <summary>The data set with those queries as files of their own.</summary>
    /// <param name="data">The data set.</param>
    /// <param name="folder">Where the files go.</param>
    /// <param name="cancellationToken">Ends the work early.</param>
    public static async Task<RetrievalDataset> Make(RetrievalDataset data, string folder, CancellationToken cancellationToken)
    {
        var queries = new List<DatasetEntry>();
        foreach (var query in data.Queries)
        {
            if (query.Box is not { } box)
            {
                queries.Add(query);
                continue;
            }

            var image = await Files.Decode(query.Path, cancellationToken);
            if (!Fits(box, image.Width, image.Height))
                throw new CliException($"The box of query '{query.Id}' reaches beyond '{query.Path}', which has {image.Width}x{image.Height} pixels.");
            var path = Path.Combine(folder, query.Id + ".png");
            await Files.Save(path, ImageEncoder.Png(Cut(image, box)), cancellationToken);
            queries.Add(query with { Path = path, Box = null });
        }

        return data with { Queries = queries };
    }

    /// <summary>Whether a box, rounded, lies in an image and has a pixel.</summary>
    public static bool Fits(PixelBox box, int width, int height)
    {
        var (left, top, right, bottom) = Rounded(box);
        return left >= 0 && top >= 0 && right <= width && bottom <= height && left < right && top < bottom;
    }

    public static PixelImage Cut(PixelImage image, PixelBox box)
    {
        var (left, top, right, bottom) = Rounded(box);
        var cut = new ImageBox((uint)left, (uint)top, (uint)(right - left), (uint)(bottom - top)).Cut(image);
        var longer = Math.Max(cut.Width, cut.Height);
        return longer <= LongestSide ? cut : ImageResizer.Bilinear(cut, Scaled(cut.Width, longer), Scaled(cut.Height, longer));
    }

    private static int Scaled(int side, int longer) => Math.Max((int)Math.Round((double)side * LongestSide / longer), 1);

    private static (int Left, int Top, int Right, int Bottom) Rounded(PixelBox box) =>
        ((int)Math.Round(box.Left), (int)Math.Round(box.Top), (int)Math.Round(box.Right), (int)Math.Round(box.Bottom));
}
