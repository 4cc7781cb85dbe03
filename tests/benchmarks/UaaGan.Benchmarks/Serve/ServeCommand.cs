using System.CommandLine;

namespace UaaGan.Benchmarks;

/// <summary>bench serve.</summary>
internal static class ServeCommand
{
    private static readonly int[] AllConcurrencies = [1, 2, 4, 8, 16, 32, 64, 128];
    private static readonly int[] FewConcurrencies = [1, 8, 128];
    private static readonly double[] AllRates = [0.25, 0.5, 0.75, 0.9, 1, 1.25, 1.5, 2];
    private static readonly double[] FewRates = [0.5, 1, 2];

    public static Command Create()
    {
        var models = new Option<string[]>("--model") { Description = $"Networks: {string.Join(", ", ServedModel.Names)}.", DefaultValueFactory = _ => ServedModel.Names, AllowMultipleArgumentsPerToken = true };
        models.AcceptOnlyFromAmong(ServedModel.Names);
        var batch = NumberOption.Create("--batch", "Images a batch. Default: 8.");
        var threads = NumberOption.Create("--threads", "Threads of each contender in the comparison of rates. Default: one for each core.");
        var images = NumberOption.Create("--images", "Images a round. Default: 400, quick 48.");
        var rounds = NumberOption.Create("--rounds", "Rounds of the comparison. Default: 7, quick 1.");
        var seconds = NumberOption.Create("--seconds", "Seconds of each level of the loops. Default: 20, quick 1.");
        var queue = NumberOption.Create("--queue", "The service's QueueMilliseconds. Default: its own.");
        var streams = NumberOption.Create("--streams", "Streams at once. Default: 1000, quick 100.");
        var quick = new Option<bool>("--quick") { Description = "A minute instead of a quarter of an hour: shows that it runs, not how fast." };
        var noPeer = new Option<bool>("--no-peer") { Description = "Without PyTorch behind grpcio." };
        var only = new Option<string>("--only") { Description = "One part: rates, loops or streams; the rates are always compared, since that checks the features." };
        only.AcceptOnlyFromAmong("rates", "loops", "streams");
        var command = new Command("serve", "Feature extraction over gRPC beside decoder and network in process and PyTorch behind grpcio; latencies in closed and open loop; many streams.")
        {
            models, batch, threads, images, rounds, seconds, queue, streams, quick, noPeer, only,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            bool isQuick = parsed.GetValue(quick);
            string? part = parsed.GetValue(only);
            var settings = new ServeSettings
            {
                Models = parsed.GetValue(models)!,
                Batch = parsed.GetValue(batch) ?? 8,
                Threads = parsed.GetValue(threads) ?? Environment.ProcessorCount,
                Images = parsed.GetValue(images) ?? (isQuick ? 48 : 400),
                Rounds = parsed.GetValue(rounds) ?? (isQuick ? 1 : 7),
                Seconds = part is null or "loops" ? parsed.GetValue(seconds) ?? (isQuick ? 1 : 20) : 0,
                Concurrencies = isQuick ? FewConcurrencies : AllConcurrencies,
                Rates = isQuick ? FewRates : AllRates,
                QueueMilliseconds = parsed.GetValue(queue),
                Streams = part is null or "streams" ? parsed.GetValue(streams) ?? (isQuick ? 100 : 1000) : 0,
                Peer = !parsed.GetValue(noPeer),
            };
            await new ServeBenchmark(settings, Console.Error.WriteLine, Console.Out, cancellation).RunAsync();
            return 0;
        });
        return command;
    }
}
