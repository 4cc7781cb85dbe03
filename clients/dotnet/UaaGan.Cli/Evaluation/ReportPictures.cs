using UaaGan.Imaging;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Reports;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>The pictures of a report: attacked images, and the queries whose rankings were asked for, under UAA-GAN's attack, else the first.</summary>
internal sealed class ReportPictures
{
    private const int ThumbnailSide = 80;

    private readonly EvaluationResult _result;
    private readonly AttackResult _attack;
    private readonly Dictionary<string, DatasetEntry> _gallery;
    private readonly IReadOnlyDictionary<string, string> _savedNames;
    private readonly Dictionary<string, byte[]> _thumbnails = new(StringComparer.Ordinal);

    /// <param name="result">An evaluation with at least one attack.</param>
    public ReportPictures(EvaluationResult result)
    {
        _result = result;
        _attack = result.Attacks.FirstOrDefault(attack => ThreatModels.Role(attack.Spec) == ReportAttackRole.Subject) ?? result.Attacks[0];
        _gallery = result.Plan.Data.Gallery.ToDictionary(row => row.Id, StringComparer.Ordinal);
        _savedNames = OutputNames.For(result.Plan.Attacked);
    }

    private bool AttacksGallery => _result.Plan.Side == AttackedSide.Gallery;

    /// <summary>Queries with the first rows of their rankings before and after.</summary>
    public async Task<List<ReportQuery>> Queries(CancellationToken cancellationToken)
    {
        var queries = _result.Plan.Data.Queries.ToDictionary(query => query.Id, StringComparer.Ordinal);
        var valid = _result.Scores.QueryIds.Select((id, index) => (id, index)).ToDictionary(pair => pair.id, pair => pair.index, StringComparer.Ordinal);
        var ranking = _result.Scores.Attacks.Select((scored, index) => (scored.Attack, index)).First(scored => scored.Attack == _attack.Spec.Label).index;
        var pictures = new List<ReportQuery>();
        foreach (var rankings in _result.Scores.Rankings)
        {
            var query = queries[rankings.QueryId];
            var known = valid.TryGetValue(query.Id, out var index);
            pictures.Add(new ReportQuery
            {
                Id = query.Id,
                Identity = query.Identity,
                Attack = _attack.Spec.Label,
                Picture = AttacksGallery
                    ? new ReportPicture { OriginalPng = ImageEncoder.Png(await Files.Decode(query.Path, cancellationToken)) }
                    : await Picture(query, cancellationToken),
                CleanAveragePrecision = known ? _result.Scores.Clean.AveragePrecision[index] : null,
                AdversarialAveragePrecision = known ? _attack.Metrics.Metrics.AveragePrecision[index] : null,
                CleanStrip = await Strip(rankings.Clean, query, attacked: false, cancellationToken),
                AdversarialStrip = await Strip(rankings.Adversarial[ranking], query, attacked: true, cancellationToken),
            });
        }

        return pictures;
    }

    /// <summary>Attacked gallery images: those that the pictured queries find first, else some of all. Empty where queries are attacked.</summary>
    public async Task<List<ReportImage>> GalleryImages(CancellationToken cancellationToken)
    {
        if (!AttacksGallery) return [];
        var plan = _result.Plan;
        var found = _result.Scores.Rankings
            .Select(rankings => rankings.Clean.Hits.FirstOrDefault(row => _savedNames.ContainsKey(row.Id))?.Id).OfType<string>().Distinct(StringComparer.Ordinal)
            .Select(id => _gallery[id]).ToList();
        var images = new List<ReportImage>();
        foreach (var image in found.Count > 0 ? found : EvaluationPlan.Spread(plan.Attacked, plan.PicturedQueries))
            images.Add(new ReportImage(image.Id, image.Identity, _attack.Spec.Label, await Picture(image, cancellationToken)));
        return images;
    }

    private async Task<ReportPicture> Picture(DatasetEntry image, CancellationToken cancellationToken)
    {
        var original = await Files.Decode(image.Path, cancellationToken);
        var adversarial = await Files.Decode(Saved(image.Id), cancellationToken);
        var factor = Math.Max(1, Math.Floor(127.0 / Math.Max(1, _result.Plan.Epsilon.Numerator255)));
        return new ReportPicture
        {
            OriginalPng = ImageEncoder.Png(original),
            Change = new ReportChange(ImageEncoder.Png(PerturbationArithmetic.Amplify(original, adversarial, factor)), factor, ImageEncoder.Png(adversarial)),
        };
    }

    /// <param name="ranking">The first rows.</param>
    /// <param name="query">Whose they are.</param>
    /// <param name="attacked">Whether attacked gallery images were ranked in the place of clean ones.</param>
    /// <param name="cancellationToken">Stops the reading of images.</param>
    private async Task<List<ReportHit>> Strip(Ranking ranking, DatasetEntry query, bool attacked, CancellationToken cancellationToken)
    {
        var hits = new List<ReportHit>();
        foreach (var row in ranking.Hits)
        {
            var saved = attacked && AttacksGallery && _savedNames.ContainsKey(row.Id);
            var thumbnail = await Thumbnail(saved ? Saved(row.Id) : _gallery[row.Id].Path, cancellationToken);
            hits.Add(new ReportHit(thumbnail, row.Id, row.Identity, row.Score, row.Identity == query.Identity) { Attacked = saved });
        }

        return hits;
    }

    private string Saved(string id) => Path.Combine(_attack.Folder, _savedNames[id]);

    /// <summary>An image, small; each is read once.</summary>
    private async Task<byte[]> Thumbnail(string path, CancellationToken cancellationToken)
    {
        if (_thumbnails.TryGetValue(path, out var png)) return png;
        var image = await Files.Decode(path, cancellationToken);
        var scale = Math.Min(1.0, (double)ThumbnailSide / Math.Max(image.Width, image.Height));
        var small = ImageResizer.Bilinear(image, Math.Max(1, (int)Math.Round(image.Width * scale)), Math.Max(1, (int)Math.Round(image.Height * scale)));
        return _thumbnails[path] = ImageEncoder.Png(small);
    }
}
