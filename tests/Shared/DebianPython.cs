using System.Diagnostics;

namespace UaaGan.Tests.Shared;

/// <summary>Runs a script of the folder Python with Debian's Python, which has the packages that ./run test installs.</summary>
internal static class DebianPython
{
    /// <summary>Fails the test with what the script wrote to its standard error when it does not end well.</summary>
    /// <param name="script">Its file name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="input">Its standard input.</param>
    /// <returns>Its standard output.</returns>
    public static string Run(string script, string[] arguments, string input = "")
    {
        var start = new ProcessStartInfo("/usr/bin/python3", ["-B", Path.Combine(AppContext.BaseDirectory, "Python", script), .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0,
            $"{script} did not end well; Debian's python3-torch, python3-torchvision and python3-jsonschema must be there, which ./run test installs.\n{errors.Result}");
        return output.Result;
    }
}
