using System.CommandLine;
using Grpc.Core;
using UaaGan.Benchmarks;
using UaaGan.Failures;
using UaaGan.Networks;

// First of all, as in the services: the C library settles how many arenas its threads get once a few of them have allocated.
TorchMemory.KeepFreedPages();
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C ends between two runs; a second one at once.
    pressed.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
var command = new RootCommand("Benchmarks: each prints its peers' figures beside ours, from the same run.") { AblateCommand.Create(), ExtractCommand.Create(), KernelsCommand.Create(), SearchCommand.Create(), LoadCommand.Create(), ServeCommand.Create(), SoakCommand.Create() };
try
{
    return await command.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted.");
    return 130;
}
// The calls under way end so when the first Ctrl-C comes.
catch (RpcException cancelled) when (cancelled.StatusCode == StatusCode.Cancelled && stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted.");
    return 130;
}
catch (FailureException failure)
{
    Console.Error.WriteLine($"{failure.Reason}: {failure.Message}");
    return 1;
}
