using System.Text.Json;
using UaaGan.Imaging;

namespace UaaGan.Networks.Tests;

/// <summary>What PyTorch gives for LPIPS on a backbone of random weights (Python/perceptual.py), which Debian's must be there for.</summary>
public sealed class PerceptualReference : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private LearnedPerceptualSimilarity? _random, _published;

    public PerceptualReference()
    {
        try
        {
            string[] published = SharedData.Find("weights", "lpips-linear-v0.1", "vgg.pth") is { } path ? [path] : [];
            Distances = JsonSerializer.Deserialize<Dictionary<string, double>>(DebianPython.Run("perceptual.py", [_folder.Path, .. published]))!;
        }
        catch
        {
            _folder.Dispose();
            throw;
        }
    }

    /// <summary>With the script's own weights.</summary>
    public LearnedPerceptualSimilarity Random => _random ??= LearnedPerceptualSimilarity.Load(File("backbone.safetensors"), File("linear.pth"));

    /// <summary>With the published linear layers; skips the test where they are not there.</summary>
    public LearnedPerceptualSimilarity Published =>
        _published ??= LearnedPerceptualSimilarity.Load(File("backbone.safetensors"), SharedData.Path("weights", "lpips-linear-v0.1", "vgg.pth"));

    /// <summary>By pair, such as odd/near; with the published linear layers, where they are there, under published/.</summary>
    public IReadOnlyDictionary<string, double> Distances { get; }

    /// <summary>A file that the script wrote.</summary>
    public string File(string name) => _folder.File(name);

    /// <summary>A pair of images, such as odd/near.</summary>
    public (PixelImage First, PixelImage Second) Pair(string name)
    {
        using var images = SafetensorsReader.Open(File("images.safetensors"));
        return (Image("first"), Image("second"));

        PixelImage Image(string which)
        {
            using var pixels = images.Read($"{name}/{which}");
            return new PixelImage((int)pixels.shape[1], (int)pixels.shape[0], (int)pixels.shape[2], pixels.bytes.ToArray());
        }
    }

    public void Dispose()
    {
        _random?.Dispose();
        _published?.Dispose();
        _folder.Dispose();
    }
}
