using System.CommandLine;
using UaaGan.Demo.Networks;
using UaaGan.Failures;
using UaaGan.Networks;

TorchMemory.KeepFreedPages();
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C ends between two steps; a second one at once.
    pressed.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
};
try
{
    return await NetworksCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, stop.Token);
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Interrupted.");
    return 130;
}
catch (FailureException failure)
{
    Console.Error.WriteLine($"{failure.Reason}: {failure.Message}");
    return 1;
}
