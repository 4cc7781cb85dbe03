using System.Globalization;
using UaaGan.Failures;
using UaaGan.Kernels;
using UaaGan.Kernels.Check;

// Usage: UaaGan.Kernels.Check [cuda:N | cpu] [cases]. Compares every kernel with the CPU, then times them. Exit code 1: a kernel is wrong.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    var choice = DeviceChoice.Parse(args.Length > 0 ? args[0] : "cuda:0");
    int cases = args.Length > 1 ? int.Parse(args[1], NumberStyles.None) : 200;
    using var device = KernelDevices.Open(choice, Console.Error.WriteLine);
    Console.WriteLine(device.Name);
    if (!AgreementCheck.Run(device, cases)) return 1;
    DeviceBenchmark.Run(device);
    return 0;
}
catch (FormatException)
{
    Console.Error.WriteLine("The number of cases is a whole number, such as 200.");
    return 2;
}
catch (FailureException failure)
{
    Console.Error.WriteLine($"{failure.Reason}: {failure.Message}");
    return 2;
}
