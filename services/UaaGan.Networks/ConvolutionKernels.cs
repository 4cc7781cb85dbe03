using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace UaaGan.Networks;

/// <summary>
/// Which of oneDNN's convolutions libtorch uses. With AVX-512, those of libtorch 2.10 read memory that nothing has written where channels
/// are no multiple of 16 and the stride is 2: results and gradients are now and then not numbers. With AVX2 they are right, at a
/// cost of about a tenth of the target networks' time. Set ONEDNN_MAX_CPU_ISA to choose otherwise.
/// </summary>
internal static partial class ConvolutionKernels
{
    /// <summary>oneDNN reads the variable once, at its first convolution, so it is set when this assembly is first used.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255", Justification = "Every way into torch leads through this assembly, and the first one must come after this.")]
    public static void Choose()
    {
        // Environment.SetEnvironmentVariable changes .NET's copy alone.
        if (OperatingSystem.IsLinux() && SetEnvironmentVariable("ONEDNN_MAX_CPU_ISA", "AVX2", overwrite: 0) != 0)
            throw new InvalidOperationException("ONEDNN_MAX_CPU_ISA cannot be set.");
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);
}
