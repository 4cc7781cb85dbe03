namespace UaaGan.Networks.Tests;

internal static class TestCards
{
    public static ModelCard Demo() => new()
    {
        Name = "demo",
        Version = 1,
        Architecture = "demo_resnet",
        Weights = new WeightsFile("weights.safetensors", new string('0', 64)),
        FeatureDimension = 64,
        Input = new InputSize(64, 48),
    };
}
