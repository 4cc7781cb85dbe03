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
    private const int Padding = 64 << 20;

    private static readonly Lock Gate = new();
    private static bool _keeps;
    private static int _returning;

    /// <summary>
    /// Keeps freed memory in the process, which then stays at its largest size; <see cref="Release"/> gives it back. Call it once,
    /// before anything else of a program: glibc gives threads arenas of their own, up to eight a core, and settles how many when the
    /// ninth is wanted.
    /// </summary>
    /// <returns>Whether it took effect: a C library other than glibc has no such settings.</returns>
    public static bool KeepFreedPages()
    {
        _keeps = HasExport("mallopt") && SetOption(MappingMaximum, 0) == 1 && Trim(Never, Padding) && SetOption(ArenaMaximum, 1) == 1;
        return _keeps;
    }

    /// <summary>
    /// Does work that frees tensors, such as disposing a network, so that their pages go back to the system. <see cref="Release"/> alone
    /// leaves the top of each arena but the main one, and a thread of .NET has another: its top shrinks when something of 64 KiB is freed
    /// in it while the threshold is low.
    /// </summary>
    /// <param name="free">The work, on the thread that used the tensors.</param>
    public static void Returning(Action free)
    {
        ArgumentNullException.ThrowIfNull(free);
        if (!_keeps)
        {
            free();
            return;
        }

        lock (Gate)
        {
            if (_returning++ == 0) Trim(threshold: 0, padding: 0);
        }

        try
        {
            free();
        }
        finally
        {
            lock (Gate)
            {
                if (--_returning == 0) Trim(Never, Padding);
            }
        }
    }

    /// <summary>Gives freed memory back to the system, as after a model is unloaded.</summary>
    /// <returns>Whether there was any to give.</returns>
    public static bool Release() => HasExport("malloc_trim") && Trim(0) == 1;

    private static bool Trim(int threshold, int padding) => SetOption(TrimThreshold, threshold) == 1 && SetOption(TopPadding, padding) == 1;

    private static bool HasExport(string name) =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var libc) && NativeLibrary.TryGetExport(libc, name, out _);

    [LibraryImport("libc.so.6", EntryPoint = "mallopt")]
    private static partial int SetOption(int option, int value);

    [LibraryImport("libc.so.6", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint padding);
}
