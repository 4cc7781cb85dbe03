using System.Diagnostics;

namespace UaaGan.Networks.Tests;

/// <summary>Runs a script of the folder Python with Debian's Python, which has PyTorch.</summary>
internal static class DebianPython
{
    /// <summary>Fails the test with what the script wrote to its standard error when it does not end well.</summary>
    /// <param name="script">Its file name.</param>
    /// <param name="arguments">Its arguments.</param>
    public static void Run(string script, params string[] arguments)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Python", script);
        using var process = Process.Start(new ProcessStartInfo("/usr/bin/python3", ["-B", path, .. arguments]) { RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"{script} did not end well; Debian's python3-torch and python3-torchvision must be there, which ./run test installs.\n{errors}");
    }
}
