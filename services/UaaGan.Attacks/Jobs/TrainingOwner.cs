using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace UaaGan.Attacks;

/// <summary>Who runs a job: a runner within a process of a machine.</summary>
/// <param name="Machine">Name of the machine.</param>
/// <param name="ProcessId">The process.</param>
/// <param name="Started">When that process started, UTC ticks, since process ids are used again.</param>
/// <param name="Runner">Tells the runners of one process apart.</param>
public sealed record TrainingOwner(string Machine, int ProcessId, long Started, string Runner)
{
    // Start times are read with a resolution of a clock tick, a hundredth of a second.
    private static readonly long Resolution = TimeSpan.FromSeconds(1).Ticks;

    /// <summary>A new owner in this process.</summary>
    public static TrainingOwner New()
    {
        using var process = Process.GetCurrentProcess();
        return new TrainingOwner(Environment.MachineName, Environment.ProcessId, process.StartTime.ToUniversalTime().Ticks, Guid.NewGuid().ToString("N"));
    }

    /// <summary>The form that <see cref="Parse"/> reads.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{ProcessId} {Started} {Runner} {Machine}");

    internal static TrainingOwner Parse(string text)
    {
        var parts = text.Split(' ', 4);
        return new TrainingOwner(
            parts[3], int.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), parts[2]);
    }

    /// <summary>Whether this owner's process is known to have ended; of another machine's nothing is known.</summary>
    internal bool IsDeadFor(TrainingOwner observer)
    {
        if (Machine != observer.Machine)
            return false;
        try
        {
            using var process = Process.GetProcessById(ProcessId);
            return Math.Abs(process.StartTime.ToUniversalTime().Ticks - Started) > Resolution;
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException or Win32Exception)
        {
            // No process of that id, or it ended while it was looked at.
            return exception is not Win32Exception;
        }
    }
}
