namespace UaaGan.Cli.Tests;

/// <summary>The two files of LPIPS with random numbers in them: a VGG-16 under torchvision's keys, and linear layers.</summary>
internal static class PerceptualWeights
{
    // Place in torchvision's "features", channels in, channels out.
    private static readonly (int Place, int Inputs, int Outputs)[] Convolutions =
    [
        (0, 3, 64), (2, 64, 64), (5, 64, 128), (7, 128, 128), (10, 128, 256), (12, 256, 256), (14, 256, 256),
        (17, 256, 512), (19, 512, 512), (21, 512, 512), (24, 512, 512), (26, 512, 512), (28, 512, 512),
    ];

    public static string WriteBackbone(string path) => SafetensorsFile.Write(path,
    [
        .. Convolutions.SelectMany(layer => new (string, int[], float[])[]
        {
            ($"features.{layer.Place}.weight", [layer.Outputs, layer.Inputs, 3, 3], Uniform(layer.Place, layer.Outputs * layer.Inputs * 9, -1, MathF.Sqrt(6f / (layer.Inputs * 9)))),
            ($"features.{layer.Place}.bias", [layer.Outputs], Uniform(layer.Place + 1, layer.Outputs, -1, 0.1f)),
        }),
    ]);

    /// <param name="path">The file.</param>
    /// <param name="most">Its numbers are between 0 and this.</param>
    public static string WriteLinear(string path, float most = 1) => SafetensorsFile.Write(path,
    [
        .. new[] { 64, 128, 256, 512, 512 }.Index().Select(layer => ($"lin{layer.Index}.model.1.weight", new[] { 1, layer.Item, 1, 1 }, Uniform(layer.Index, layer.Item, 0, most))),
    ]);

    /// <summary>Between <paramref name="least"/> and 1, times the scale.</summary>
    private static float[] Uniform(int seed, int count, float least, float scale)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => scale * (least + ((1 - least) * random.NextSingle())))];
    }
}
