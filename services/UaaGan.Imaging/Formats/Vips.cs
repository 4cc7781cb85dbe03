using NetVips;

namespace UaaGan.Imaging.Formats;

/// <summary>libvips, set up once for a server that reads strangers' files.</summary>
internal static class Vips
{
    // Kept, since a delegate that native code calls must not be collected.
    private static readonly Log.LogDelegate Silence = static (_, _, _) => { };

    static Vips()
    {
        // One thread an image: requests are what runs in parallel here.
        NetVips.NetVips.Concurrency = 1;
        // No two calls have the same bytes, so remembered operations would only hold strangers' pixels.
        Cache.Max = 0;
        Cache.MaxMem = 0;
        Cache.MaxFiles = 0;
        NetVips.NetVips.BlockUntrusted = true;
        // Anybody's file can provoke warnings about its metadata; what matters fails the decoding (fail_on) instead.
        Log.SetLogHandler("VIPS", Enums.LogLevelFlags.Warning | Enums.LogLevelFlags.Info | Enums.LogLevelFlags.Debug, Silence);
    }

    /// <summary>Makes sure that libvips is set up; call before any use of it.</summary>
    public static void Require()
    {
        // The static constructor does the work, once and before this returns on any thread.
    }
}
