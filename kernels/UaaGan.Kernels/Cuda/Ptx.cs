using System.Text;

namespace UaaGan.Kernels;

/// <summary>The compiled kernels that come with this assembly; the driver compiles them for the GPU at hand.</summary>
internal static class Ptx
{
    /// <summary>What they are compiled for, the newest first.</summary>
    public static IReadOnlyList<string> Targets { get; } = ["sm_90a", "sm_90", "sm_80"];

    /// <summary>
    /// The one for a GPU of a compute capability: sm_90a runs on 9.0 alone, the others on all that are as new or newer; null before 8.0.
    /// </summary>
    public static string? TargetFor(int major, int minor) => (major, minor) switch
    {
        (9, 0) => "sm_90a",
        ( >= 9, _) => "sm_90",
        ( >= 8, _) => "sm_80",
        _ => null,
    };

    /// <summary>The text of one.</summary>
    public static string Read(string target)
    {
        using var stream = typeof(Ptx).Assembly.GetManifestResourceStream($"uaagan.{target}.ptx")
            ?? throw new ArgumentOutOfRangeException(nameof(target), target, $"There is PTX for {string.Join(", ", Targets)}.");
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return reader.ReadToEnd();
    }
}
