using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;

namespace UaaGan.Benchmarks;

/// <summary>ONNX Runtime on the same network, called as directly as it allows.</summary>
internal sealed class OnnxRuntimePeer : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue _images;

    /// <param name="model">The ONNX file.</param>
    /// <param name="images">Normalised images.</param>
    /// <param name="shape">[N,3,H,W].</param>
    public OnnxRuntimePeer(string model, float[] images, long[] shape, int threads)
    {
        using var options = new SessionOptions { IntraOpNumThreads = threads };
        _session = new InferenceSession(model, options);
        _images = OrtValue.CreateTensorValueFromMemory(images, shape);
    }

    public static string Version => OrtEnv.Instance().GetVersionString();

    /// <summary>Seconds that one batch took, and its features.</summary>
    public (double Seconds, float[] Features) Run()
    {
        var start = Stopwatch.GetTimestamp();
        using var outputs = _session.Run(_options, ["images"], [_images], ["features"]);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, outputs[0].GetTensorDataAsSpan<float>().ToArray());
    }

    public void Dispose()
    {
        _images.Dispose();
        _options.Dispose();
        _session.Dispose();
    }
}
