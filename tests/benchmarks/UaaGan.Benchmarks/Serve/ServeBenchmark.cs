using System.Globalization;
using UaaGan.Networks;
using static TorchSharp.torch;

namespace UaaGan.Benchmarks;

/// <summary>
/// The feature extraction service under load, as a process of its own. First its rate beside that of the decoder and the network called in
/// process and that of PyTorch behind grpcio, in turns; then latencies with the load generator on a core of its own; then many streams.
/// </summary>
internal sealed class ServeBenchmark(ServeSettings settings, Action<string> progress, TextWriter output, CancellationToken cancellation)
{
    private const int ImagesPerStream = 3;

    // The threads of OpenMP spin for a while after their work, on the cores of whoever is next.
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(200);
    private static readonly Dictionary<string, string> NoVariables = [];

    public async Task RunAsync()
    {
        output.WriteLine(Machine.Description);
        foreach (string name in settings.Models)
        {
            var folder = Directory.CreateTempSubdirectory("uaagan-bench-serve-");
            try
            {
                var repository = new ModelRepository(Path.Combine(folder.FullName, "models"));
                var model = ServedModel.Add(name, repository, folder.FullName, settings.Images);
                await CompareRatesAsync(repository, model, folder.FullName);
                if (settings.Seconds > 0) await LoopAsync(model, folder.FullName);
                if (settings.Streams > 0) await StreamAsync(model, folder.FullName);
            }
            finally
            {
                folder.Delete(recursive: true);
            }
        }
    }

    private async Task CompareRatesAsync(ModelRepository repository, ServedModel model, string state)
    {
        progress($"{model.Card.Name}: starting the service");
        await using var service = await StartAsync(state, cores: null, settings.Threads);
        using var ours = new FeatureCaller(service.Address, model.Card.Name);
        await using var peer = settings.Peer ? await GrpcioPeer.StartAsync(model, settings.Batch, settings.Threads, cancellation) : null;
        using var theirs = peer is null ? null : new FeatureCaller(peer.Address, model.Card.Name);
        set_num_threads(settings.Threads);
        using var network = repository.Load(model.Card);
        network.SettleBatchSizes(settings.Batch);
        var direct = new InProcessExtraction(network, settings.Batch, settings.Threads);

        List<Throughput> contenders =
        [
            new("in process", images => Task.FromResult(direct.Run(images, cancellation))),
            new("UaaGan over gRPC", images => ours.StreamAsync(images, cancellation)),
        ];
        if (theirs is not null) contenders.Add(new($"{peer!.Version}", images => theirs.StreamAsync(images, cancellation)));
        var images = Repeat(model.Images, settings.Images);
        await MeasureAsync(contenders, images);
        ServeReport.Rates(output, model, images.Length, settings, contenders);
    }

    private async Task MeasureAsync(List<Throughput> contenders, IReadOnlyList<byte[]> images)
    {
        float[][]? reference = null;
        foreach (var contender in contenders)
        {
            progress($"warming {contender.Name}");
            float[][] features = await contender.WarmAsync(images, reference);
            reference ??= features;
        }

        for (int round = 0; round < settings.Rounds; round++)
        {
            progress($"round {round + 1} of {settings.Rounds}");
            foreach (var contender in contenders)
            {
                await Task.Delay(Rest, cancellation);
                await contender.MeasureAsync(images);
            }
        }
    }

    private async Task LoopAsync(ServedModel model, string state)
    {
        await using var service = await StartAsync(state, Cores.OfService, Math.Max(1, Environment.ProcessorCount - 1));
        await using var core = await Cores.TakeLastAsync();
        using var caller = new FeatureCaller(service.Address, model.Card.Name);
        progress("warming the service on the cores that it has beside the load generator");
        await caller.StreamAsync(Repeat(model.Images, settings.Images), cancellation);
        var time = TimeSpan.FromSeconds(settings.Seconds);
        List<ClosedLevel> closed = [];
        foreach (int concurrency in settings.Concurrencies)
        {
            progress(string.Create(CultureInfo.InvariantCulture, $"closed loop, {concurrency} callers"));
            closed.Add(await ClosedLoop.RunAsync(caller, service, model.Images, concurrency, time, cancellation));
        }

        ServeReport.Closed(output, closed);
        double capacity = closed.Max(level => level.ImagesPerSecond);
        List<OpenLevel> open = [];
        foreach (double share in settings.Rates)
        {
            progress(string.Create(CultureInfo.InvariantCulture, $"open loop, {share} x the capacity of {capacity:0.0} images/s"));
            open.Add(await OpenLoop.RunAsync(caller, service, model.Images, share * capacity, time, cancellation));
        }

        ServeReport.Open(output, open, capacity);
    }

    private async Task StreamAsync(ServedModel model, string state)
    {
        progress(string.Create(CultureInfo.InvariantCulture, $"{settings.Streams} streams at once"));
        await using var service = await StartAsync(state, cores: null, settings.Threads);
        using var caller = new FeatureCaller(service.Address, model.Card.Name);
        await caller.ExtractAsync(model.Images[0], cancellation);
        ServeReport.Streams(output, await ManyStreams.RunAsync(caller.OpenAsync, model.Images, settings.Streams, ImagesPerStream, cancellation));
    }

    private Task<ServiceProcess> StartAsync(string state, string? cores, int threads)
    {
        List<string> options = [Option("TorchThreads", threads), Option("DecodeThreads", threads), Option("Features:MaxBatchItems", settings.Batch)];
        if (settings.QueueMilliseconds is { } time) options.Add(Option("QueueMilliseconds", time));
        return ServiceProcess.StartAsync(state, cores, NoVariables, options, cancellation);

        static string Option(string name, int value) => string.Create(CultureInfo.InvariantCulture, $"UaaGan:{name}={value}");
    }

    private static byte[][] Repeat(IReadOnlyList<byte[]> images, int count) => [.. Enumerable.Range(0, count).Select(i => images[i % images.Count])];
}
