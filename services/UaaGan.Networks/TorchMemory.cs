using System.Runtime.InteropServices;

namespace UaaGan.Networks;

/// <summary>
/// How the C library serves torch's CPU tensors. By default each large tensor is mapped and unmapped by the kernel, and its fresh pages
/// cost a third of a training step; kept pages are reused instead.
/// </summary>
public static partial class TorchMemory
{
    private const int TrimThreshold = -1, TopPadding = -2, MappingMaximum = -4, ArenaMaximum = -8;
    private const int Never = -1;

    /// <summary>
    /// Keeps freed memory in the process, which then stays at its largest size; <see cref="Release"/> gives it back. Call it
    /// once, before the first tensor.
    /// </summary>
    /// <returns>Whether it took effect: a C library other than glibc has no such settings.</returns>
    public static bool KeepFreedPages() => HasExport("mallopt")
        && SetOption(MappingMaximum, 0) == 1
        && SetOption(TrimThreshold, Never) == 1
        && SetOption(TopPadding, 64 << 20) == 1
        && SetOption(ArenaMaximum, 1) == 1;

    /// <summary>Gives freed memory back to the system, as after a model is unloaded.</summary>
    /// <returns>Whether there was any to give.</returns>
    public static bool Release() => HasExport("malloc_trim") && Trim(0) == 1;

    private static bool HasExport(string name) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var libc) && NativeLibrary.TryGetExport(libc, name, out _);

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint padding);
}
