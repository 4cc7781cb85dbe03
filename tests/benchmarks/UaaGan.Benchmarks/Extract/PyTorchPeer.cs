using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using UaaGan.Failures;
using UaaGan.Networks;

namespace UaaGan.Benchmarks;

/// <summary>Debian's PyTorch in a process of its own, which also makes the weights, the images and the features that all must give.</summary>
internal sealed class PyTorchPeer : IDisposable
{
    private readonly Process _python;
    private readonly string _folder;

    public PyTorchPeer(string architecture, string folder, int threads, int batch, InputSize size)
    {
        _folder = folder;
        var start = new ProcessStartInfo(
            "/usr/bin/python3", ["-B", Path.Combine(AppContext.BaseDirectory, "Python", "extract_peer.py"), architecture, folder, .. new[] { threads, batch, size.Height, size.Width }.Select(Text)])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        _python = Process.Start(start)!;
        Version = Answer()["ready ".Length..];
    }

    /// <summary>PyTorch's version.</summary>
    public string Version { get; }

    public string Weights => Path.Combine(_folder, "weights.pth");

    public string OnnxModel => Path.Combine(_folder, "model.onnx");

    /// <summary>Images in [0,1], [N,3,H,W].</summary>
    public float[] Images => Floats("images.bin");

    /// <summary>PyTorch's features of them, [N,D].</summary>
    /// <param name="dataType">float32 or bfloat16.</param>
    public float[] Features(string dataType) => Floats($"{dataType}.bin");

    /// <summary>Seconds that one batch took.</summary>
    /// <param name="dataType">float32 or bfloat16.</param>
    public double Run(string dataType)
    {
        _python.StandardInput.WriteLine(dataType);
        return double.Parse(Answer(), CultureInfo.InvariantCulture);
    }

    public void Dispose()
    {
        _python.StandardInput.Close();
        _python.WaitForExit();
        _python.Dispose();
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private float[] Floats(string file) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(_folder, file))).ToArray();

    private string Answer() => _python.StandardOutput.ReadLine() ?? throw new FailureException(
        FailureKind.FailedPrecondition, "PEER_MISSING",
        "Debian's PyTorch ended without an answer (its message is above). ./run bench installs it: python3-torch and python3-torchvision.");
}
