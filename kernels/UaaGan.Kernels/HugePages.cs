using System.Runtime.InteropServices;

namespace UaaGan.Kernels;

/// <summary>
/// Asks the system to back memory with huge pages: a scan of ordinary ones waits for the table of pages, the more so in a virtual machine. An
/// advice: where it is not followed, nothing but speed is lost.
/// </summary>
internal static partial class HugePages
{
    private const int MadviseHugePage = 14;
    private const int HugePageBytes = 2 << 20;

    /// <summary>Advises for all pages that hold a part of a range that could fill a huge page, best before it is first written.</summary>
    public static void Advise(nuint address, nuint bytes)
    {
        if (bytes < HugePageBytes || !OperatingSystem.IsLinux()) return;
        nuint page = (nuint)Environment.SystemPageSize;
        nuint first = address / page * page;
        nuint end = (address + bytes + page - 1) / page * page;
        _ = Madvise(first, end - first, MadviseHugePage);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Madvise(nuint address, nuint length, int advice);
}
