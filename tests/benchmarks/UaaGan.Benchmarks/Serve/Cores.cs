using System.Diagnostics;
using System.Globalization;
using UaaGan.Failures;

namespace UaaGan.Benchmarks;

/// <summary>Keeps the load generator and the service from taking each other's cores: all but the last are the service's.</summary>
internal static class Cores
{
    /// <summary>Whether there are enough to share.</summary>
    public static bool CanBeShared => Environment.ProcessorCount > 1;

    /// <summary>The service's cores, as taskset writes them; null: all.</summary>
    public static string? OfService => CanBeShared ? Text($"0-{Environment.ProcessorCount - 2}") : null;

    /// <summary>Puts this process on the last core until the result is disposed of.</summary>
    public static async Task<IAsyncDisposable> TakeLastAsync()
    {
        if (CanBeShared) await BindAsync(Text($"{Environment.ProcessorCount - 1}"));
        return new Rest();
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    // Every thread of the process: the runtime's own setter moves the first only.
    private static async Task BindAsync(string cores)
    {
        using var taskset = Process.Start(new ProcessStartInfo("taskset", ["-a", "-c", "-p", cores, Text($"{Environment.ProcessId}")]) { RedirectStandardOutput = true })!;
        await taskset.StandardOutput.ReadToEndAsync();
        await taskset.WaitForExitAsync();
        if (taskset.ExitCode != 0)
            throw new FailureException(FailureKind.FailedPrecondition, "CORES_NOT_GIVEN", $"taskset could not put the load generator on core {cores}; its message is above.");
    }

    private sealed class Rest : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            if (CanBeShared) await BindAsync(Text($"0-{Environment.ProcessorCount - 1}"));
        }
    }
}
