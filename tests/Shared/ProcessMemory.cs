using System.Diagnostics;
using System.Globalization;

namespace UaaGan.Tests.Shared;

/// <summary>Memory of another process, in bytes, as Linux counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>
    /// Memory of its own: anonymous pages, in swap or not. Pages of files come and go as the machine's other work wants, and are no part
    /// of it.
    /// </summary>
    public static long Own(Process process) => StatusBytes(process, "RssAnon:", "VmSwap:");

    /// <summary>The most address space that it ever had: memory that was asked for counts although nobody wrote to it.</summary>
    public static long PeakAddressSpace(Process process) => StatusBytes(process, "VmPeak:");

    private static long StatusBytes(Process process, params string[] names)
    {
        var lines = File.ReadAllLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}/status"));
        return names.Sum(Kilobytes) << 10;

        long Kilobytes(string name) => long.Parse(
            lines.Single(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
