using UaaGan.Imaging;

namespace UaaGan.Cli.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("uaagan-cli-").FullName;

    public string this[string relative] => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    public string Write(string relative, ReadOnlySpan<byte> bytes)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(this[relative])!);
        File.WriteAllBytes(this[relative], bytes);
        return this[relative];
    }

    /// <summary>A folder a class, each class its own colours and stripes under noise: what a network of random weights can tell apart.</summary>
    public string WriteClasses(string relative, int classes, int images, int width = 32, int height = 32)
    {
        for (var c = 0; c < classes; c++)
        {
            for (var i = 0; i < images; i++) Write($"{relative}/class{c}/{i}.png", ImageEncoder.Png(Draw(c, i, width, height)).AsSpan());
        }

        return this[relative];
    }

    public static PixelImage Draw(int kind, int view, int width, int height)
    {
        var random = new Random((kind * 1000) + view);
        var (red, green, blue) = (40 + (kind * 67 % 160), 40 + (kind * 29 % 160), 40 + (kind * 113 % 160));
        var pixels = new byte[width * height * 3];
        for (var p = 0; p < width * height; p++)
        {
            var wave = (int)(30 * Math.Sin((p % width * (kind + 1) * 0.3) + (p / width * 0.2) + view));
            pixels[p * 3] = (byte)(red + wave + random.Next(24));
            pixels[(p * 3) + 1] = (byte)(green - wave + random.Next(24));
            pixels[(p * 3) + 2] = (byte)(blue + random.Next(24));
        }

        return new PixelImage(width, height, 3, pixels);
    }
}
