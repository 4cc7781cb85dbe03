using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace UaaGan.Kernels.Tests;

/// <summary>Debian's clang-19, which compiles kernels/cuda for the emulator and to PTX.</summary>
internal static class Clang
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(15);

    /// <summary>Skips a test where the compiler is missing.</summary>
    public static void Require() => Assert.SkipUnless(File.Exists("/usr/bin/clang++-19"), "clang-19 is not installed: apt-get install clang-19");

    /// <summary>Makes a file of sources, or takes the one that was made of the same sources with the same arguments before.</summary>
    /// <param name="name">What it is called, with its extension.</param>
    /// <param name="folders">Folders of all files that it depends on.</param>
    /// <param name="arguments">The compiler's arguments but for -o.</param>
    public static string Make(string name, IEnumerable<string> folders, params IReadOnlyList<string> arguments)
    {
        Require();
        var key = new StringBuilder().AppendJoin('\n', arguments);
        foreach (string file in folders.SelectMany(Directory.GetFiles).Order(StringComparer.Ordinal)) key.Append('\n').Append(file).Append('\n').Append(File.ReadAllText(file));
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key.ToString())))[..16];
        string folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts", "kernels")).FullName;
        string made = Path.Combine(folder, $"{Path.GetFileNameWithoutExtension(name)}.{hash}{Path.GetExtension(name)}");
        if (File.Exists(made)) return made;

        // Tests run side by side: each compiles to a file of its own, and the name appears when the file is whole.
        string temporary = $"{made}.{Guid.NewGuid():N}";
        var (code, output) = Run("/usr/bin/clang++-19", [.. arguments, "-o", temporary]);
        Assert.True(code == 0, output);
        Assert.True(output.Length == 0, $"clang warns: {output}");
        File.Move(temporary, made, overwrite: true);
        return made;
    }

    /// <summary>Runs a program and gives back what it printed on both streams.</summary>
    public static (int Code, string Output) Run(string program, IReadOnlyList<string> arguments, params IReadOnlyList<(string Name, string Value)> environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} took more than {Limit}");
        }

        return (process.ExitCode, output.Result + error.Result);
    }
}
