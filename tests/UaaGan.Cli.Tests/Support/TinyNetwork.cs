namespace UaaGan.Cli.Tests;

/// <summary>A demo_resnet of random weights, 2,000 of them, written as safetensors without torch.</summary>
internal static class TinyNetwork
{
    private const int Width = 4, Feature = 16;

    /// <summary>What makes <c>models add</c> accept it.</summary>
    public static readonly string[] Arguments =
    [
        "--architecture", "demo_resnet", "--input", "32x32",
        "--option", "width=4", "--option", "stages=2", "--option", "feature_dimension=16", "--option", "feature_batch_norm=0",
    ];

    /// <summary>Writes the weights; <paramref name="feature"/> other than 16 gives weights that do not fit, another seed another network.</summary>
    public static string Write(string path, int feature = Feature, int seed = 1)
    {
        var random = new Random(seed);
        var tensors = new List<(string Name, int[] Shape, float[] Values)>();
        Convolution("stem.conv", Width, 3, 3);
        Normalisation("stem.bn", Width);
        Block("stages.0", Width, Width);
        Block("stages.1", Width, 2 * Width);
        Add("embedding.linear.weight", [feature, 2 * Width], 0.6);
        Add("embedding.linear.bias", [feature], 0);

        return SafetensorsFile.Write(path, tensors);

        void Block(string name, int inputs, int outputs)
        {
            Convolution($"{name}.body.conv1", outputs, inputs, 3);
            Normalisation($"{name}.body.bn1", outputs);
            Convolution($"{name}.body.conv2", outputs, outputs, 3);
            Normalisation($"{name}.body.bn2", outputs);
            Convolution($"{name}.shortcut.conv", outputs, inputs, 1);
            Normalisation($"{name}.shortcut.bn", outputs);
        }

        void Convolution(string name, int outputs, int inputs, int side) =>
            Add($"{name}.weight", [outputs, inputs, side, side], Math.Sqrt(2.0 / (inputs * side * side)));

        void Normalisation(string name, int channels)
        {
            tensors.Add(($"{name}.weight", [channels], Ones(channels)));
            tensors.Add(($"{name}.bias", [channels], new float[channels]));
            tensors.Add(($"{name}.running_mean", [channels], new float[channels]));
            tensors.Add(($"{name}.running_var", [channels], Ones(channels)));
        }

        void Add(string name, int[] shape, double scale) =>
            tensors.Add((name, shape, [.. Enumerable.Range(0, shape.Aggregate(1, (a, b) => a * b)).Select(_ => (float)(scale * Normal()))]));

        double Normal() => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

        static float[] Ones(int count) => [.. Enumerable.Repeat(1f, count)];
    }
}
