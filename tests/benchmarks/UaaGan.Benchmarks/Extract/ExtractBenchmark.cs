using System.Diagnostics;
using System.Globalization;
using UaaGan.Failures;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Benchmarks;

/// <summary>
/// Feature extraction in every number format that a model card can ask for, beside Debian's PyTorch and ONNX Runtime: one network with
/// seeded weights, one batch, all in turn in every round. Ours begins with images in [0,1] and ends with unit features; the peers are
/// spared normalisation and L2.
/// </summary>
internal sealed class ExtractBenchmark(string architecture, int batch, InputSize size, int threads, int rounds, double leastCosine)
{
    private const double Agreement = 0.99999;

    // The threads of OpenMP and ONNX Runtime spin for a while after their work, on the cores of whoever is next.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);
    private static readonly string[] DataTypes = ["float32", "bfloat16"];

    public void Run(TextWriter output, Action<string> progress, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("uaagan-bench-");
        List<TargetNetwork> networks = [];
        try
        {
            progress($"PyTorch makes {architecture}");
            using var python = new PyTorchPeer(architecture, folder.FullName, threads, batch, size);
            set_num_threads(threads);
            using var scope = NewDisposeScope();
            var images = tensor(python.Images, [batch, 3, size.Height, size.Width]);
            var repository = new ModelRepository(Path.Combine(folder.FullName, "models"));
            List<Contender> contenders = [];
            foreach (var dataType in DataTypes)
            {
                var card = repository.Add(new NewModel { Name = dataType, Architecture = architecture, WeightsPath = python.Weights, Input = size, DataType = dataType });
                networks.Add(repository.Load(card));
                contenders.Add(Ours(dataType, networks[^1], images));
            }

            using var onnx = new OnnxRuntimePeer(python.OnnxModel, Normalised(images, networks[0].Card), images.shape, threads);
            var onnxRuntime = new Contender($"ONNX Runtime {OnnxRuntimePeer.Version} float32", onnx.Run, Recommendable: true);
            Contender[] pytorch = [.. DataTypes.Select(dataType => PyTorch(dataType, python))];
            contenders.AddRange([onnxRuntime, .. pytorch]);
            Measure(contenders, python.Features(DataTypes[0]), progress, cancellation);
            Print(output, contenders, pytorch[0], onnxRuntime);
        }
        finally
        {
            networks.ForEach(network => network.Dispose());
            folder.Delete(recursive: true);
        }
    }

    private void Measure(List<Contender> contenders, float[] reference, Action<string> progress, CancellationToken cancellation)
    {
        foreach (var contender in contenders)
        {
            progress($"warming {contender.Name}");
            contender.Warm(reference, batch);
        }

        if (contenders[0].LeastCosine < Agreement)
            throw new FailureException(FailureKind.FailedPrecondition, "BENCHMARK_WRONG", $"Ours in float32 has a cosine of {contenders[0].LeastCosine:F6} to PyTorch's features: they do not compute the same.");
        for (var round = 0; round < rounds; round++)
        {
            progress($"round {round + 1} of {rounds}");
            foreach (var contender in contenders)
            {
                cancellation.ThrowIfCancellationRequested();
                Thread.Sleep(Rest);
                contender.Measure();
            }
        }
    }

    private void Print(TextWriter output, List<Contender> contenders, Contender pytorch, Contender onnx)
    {
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{architecture}, {size.Height}x{size.Width}, batch {batch}, {threads} threads; median of {rounds} rounds"));
        output.WriteLine(Machine.Description);
        output.WriteLine($"{"",-30} {"ms/batch",9} {"images/s",9} {"x PyTorch",10} {"x ONNX R.",10} {"cosine",9}");
        foreach (var contender in contenders)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{contender.Name,-30} {contender.Median * 1e3,9:F1} {batch / contender.Median,9:F1} {pytorch.Median / contender.Median,10:F2} {onnx.Median / contender.Median,10:F2} {contender.LeastCosine,9:F6}"));
        }

        var best = contenders.Where(contender => contender.Recommendable && contender.LeastCosine >= leastCosine).MinBy(contender => contender.Median)!;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Recommended: {best.Name}, the fastest with a cosine of {leastCosine} or more to PyTorch's float32."));
    }

    private static Contender PyTorch(string dataType, PyTorchPeer python)
    {
        var features = python.Features(dataType);
        return new Contender($"PyTorch {python.Version} {dataType}", () => (python.Run(dataType), features), Recommendable: false);
    }

    private static Contender Ours(string dataType, TargetNetwork network, Tensor images) => new($"UaaGan {dataType}", () =>
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var start = Stopwatch.GetTimestamp();
        var features = network.Features(images);
        return (Stopwatch.GetElapsedTime(start).TotalSeconds, features.data<float>().ToArray());
    }, Recommendable: true);

    private static float[] Normalised(Tensor images, ModelCard card)
    {
        using var scope = NewDisposeScope();
        return [.. ((images - PerChannel(card.Mean)) / PerChannel(card.Std)).contiguous().data<float>()];

        static Tensor PerChannel(IReadOnlyList<double> values) => tensor(values.Select(value => (float)value).ToArray()).reshape(1, 3, 1, 1);
    }
}
