using System.Diagnostics;

namespace UaaGan.Attacks.Tests.Support;

/// <summary>Runs a script of Python/ with Debian's python3-torch, which must be there.</summary>
internal static class DebianPython
{
    public static void Run(string script, params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-B", Path.Combine(AppContext.BaseDirectory, "Python", script), .. arguments])
        {
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"PyTorch's reference values were not made; Debian's python3-torch must be there, which ./run test installs.\n{errors}");
    }
}
