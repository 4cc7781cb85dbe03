using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace UaaGan.Benchmarks;

/// <summary>What a figure was measured on.</summary>
internal static class Machine
{
    /// <summary>Processor, its vector instructions, and the runtime, in a line.</summary>
    public static string Description => $"{Processor}, {Environment.ProcessorCount} cores, {Instructions}, {RuntimeInformation.FrameworkDescription}";

    private static string Processor => Field("model name") ?? RuntimeInformation.ProcessArchitecture.ToString();

    // .NET 10 has no class for AVX-512 BF16, so the kernel's list of flags says whether it is there.
    private static string Instructions =>
        Avx512F.IsSupported ? (Field("flags")?.Split(' ').Contains("avx512_bf16") == true ? "AVX-512 with BF16" : "AVX-512") : Avx2.IsSupported ? "AVX2" : "no AVX2";

    private static string? Field(string name) =>
        !File.Exists("/proc/cpuinfo") ? null : File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?.Split(':', 2)[1].Trim();
}
