using UaaGan.Networks;

namespace UaaGan.Benchmarks;

/// <summary>The networks of the shared data, as its README adds them, and where these data are.</summary>
internal static class RealNetworks
{
    /// <summary>The folder data/ of UAAGAN_SHARED, else of ../shared; it need not be there.</summary>
    public static string Data => Path.Combine(Environment.GetEnvironmentVariable("UAAGAN_SHARED") ?? Path.Combine("..", "shared"), "data");

    public static NewModel OsNet { get; } = Network("osnet_x0_25", "osnet_x0_25_msmt17", 256, 128, ResizeMode.Nearest);

    public static NewModel MobileFaceNet { get; } = Network("mobilefacenet", "mobilefacenet-casia-068", 112, 96, ResizeMode.None) with
    {
        Pad = [2, 0, 2, 0],
        Mean = [0.5, 0.5, 0.5],
        Std = [0.501960784, 0.501960784, 0.501960784],
    };

    public static NewModel MobileNetV2 { get; } = Network("mobilenet_v2", "mobilenet_v2-imagenet-dequantized", 224, 224, ResizeMode.Bilinear);

    // The weights' path is relative to Data.
    private static NewModel Network(string architecture, string weights, int rows, int columns, ResizeMode resize) => new()
    {
        Name = architecture,
        Architecture = architecture,
        WeightsPath = Path.Combine("weights", $"{weights}.safetensors"),
        Input = new InputSize(rows, columns),
        Resize = resize,
    };
}
