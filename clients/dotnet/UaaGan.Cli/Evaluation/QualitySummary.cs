using UaaGan.Imaging;

namespace UaaGan.Cli.Evaluation;

/// <summary>Means of PSNR, SSIM and LPIPS, largest L-infinity of a set of saved images.</summary>
internal sealed class QualitySummary
{
    private readonly List<ImageQuality> _images = [];
    private readonly List<double> _perceptual = [];

    public int Count => _images.Count;

    /// <summary>Mean PSNR in dB over the images that changed; infinite when none did.</summary>
    public double PsnrDb => _images.Where(q => double.IsFinite(q.PsnrDb)).Select(q => q.PsnrDb).DefaultIfEmpty(double.PositiveInfinity).Average();

    /// <summary>Mean SSIM; null when every image is under 11 pixels a side.</summary>
    public double? Ssim => _images.Average(q => q.Ssim);

    /// <summary>Mean MS-SSIM; null when every image is under 11 pixels a side.</summary>
    public double? MultiScaleSsim => _images.Average(q => q.MultiScale?.Value);

    /// <summary>Fewest scales of MS-SSIM that an image had room for, 1 to 5; null as above.</summary>
    public int? MultiScaleScales => _images.Min(q => q.MultiScale?.Scales);

    /// <summary>Mean correlation of the change with the original's edges; null when no image has one.</summary>
    public double? TextureCorrelation => _images.Average(q => q.TextureCorrelation);

    /// <summary>Mean LPIPS of the images that have one; null when none has, or it was not asked for.</summary>
    public double? Lpips => _perceptual.Count > 0 ? _perceptual.Average() : null;

    /// <summary>How many images have one.</summary>
    public int LpipsImages => _perceptual.Count;

    /// <summary>Largest change of any pixel, in grey levels.</summary>
    public int LInfinity255 => _images.Select(q => q.LInfinity255).DefaultIfEmpty(0).Max();

    public void Add(ImageQuality quality) => _images.Add(quality);

    /// <param name="distance">Of an image; null where it has none.</param>
    public void AddLpips(double? distance)
    {
        if (distance is { } value) _perceptual.Add(value);
    }
}
