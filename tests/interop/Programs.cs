using System.Diagnostics;

namespace UaaGan.Interop.Tests;

/// <summary>Programs of other languages, which end within two minutes or fail the test.</summary>
internal static class Programs
{
    /// <summary>Runs a program to its end and returns its standard output; fails with its standard error when it does not end well.</summary>
    public static async Task<string> Run(string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        using var process = Start(program, arguments, folder, environment);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().Within();
        await EndsWell(process, errors);
        return output;
    }

    public static Process Start(string program, IEnumerable<string> arguments, string? folder = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        // A path is the repository's; a bare name is looked up.
        var start = new ProcessStartInfo(program.Contains('/', StringComparison.Ordinal) ? Path.Combine(InteropSuite.Root, program) : program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? InteropSuite.Root,
            Environment = { ["PYTHONPATH"] = Path.Combine(InteropSuite.Root, "clients/python"), ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public static async Task EndsWell(Process process, Task<string> errors)
    {
        await process.WaitForExitAsync().Within();
        Assert.True(process.ExitCode == 0, $"{process.StartInfo.FileName} ended with {process.ExitCode}: {await errors}");
    }
}
