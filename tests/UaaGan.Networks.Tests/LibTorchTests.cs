using System.Diagnostics;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

/// <summary>Which libtorch may stand in for the one that comes with the program.</summary>
[Collection("the named libtorch")]
public sealed class LibTorchTests : IDisposable
{
    private const string DebianFolder = "/usr/lib/python3/dist-packages/torch/lib";

    private readonly string _folder = Directory.CreateTempSubdirectory("uaagan-libtorch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Debian_s_older_one_is_refused_unless_forced()
    {
        Assert.SkipUnless(Directory.Exists(DebianFolder), "python3-torch is not installed");
        var failure = Assert.Throws<FailureException>(() => LibTorch.Check(DebianFolder, force: false));
        Assert.Equal("LIBTORCH_VERSION", failure.Reason);
        Assert.Contains("PyTorch 1.13.0a0", failure.Message, StringComparison.Ordinal);
        Assert.Contains("2.10", failure.Message, StringComparison.Ordinal);
        LibTorch.Check(DebianFolder, force: true);
    }

    [Theory]
    [InlineData("version.py", "__version__ = '2.10.0+cu128'\ndebug = False\n", true)]
    [InlineData("version.py", "from typing import Optional\n\n__version__ = '2.10.1'\n", true)]
    [InlineData("build-version", "2.10.0+cpu\n", true)]
    [InlineData("version.py", "__version__ = '2.1.0'\n", false)]
    [InlineData("version.py", "__version__ = '2.100.0'\n", false)]
    [InlineData("build-version", "2.9.1+cu130\n", false)]
    [InlineData("version.py", "nothing\n", false)]
    [InlineData("other", "2.10.0", false)]
    public void Only_the_minor_version_that_torchsharp_is_made_for_is_taken(string file, string text, bool taken)
    {
        string lib = Lib();
        File.WriteAllText(Path.Combine(_folder, file), text);
        if (taken) LibTorch.Check(lib, force: false);
        else Assert.Equal("LIBTORCH_VERSION", Assert.Throws<FailureException>(() => LibTorch.Check(lib, force: false)).Reason);
        LibTorch.Check(lib, force: true);
    }

    [Fact]
    public void A_folder_without_a_library_is_refused_whatever_is_forced()
    {
        File.Delete(Path.Combine(Lib(), "libc10.so"));
        var failure = Assert.Throws<FailureException>(() => LibTorch.Check(Path.Combine(_folder, "lib"), force: true));
        Assert.Equal("LIBTORCH_NOT_FOUND", failure.Reason);
        Assert.Contains("libc10.so", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_program_with_a_libtorch_of_its_own_refuses_another()
    {
        Environment.SetEnvironmentVariable(LibTorch.FolderVariable, Lib());
        try
        {
            Assert.Equal("LIBTORCH_TWICE", Assert.Throws<FailureException>(LibTorch.LoadNamed).Reason);
        }
        finally
        {
            Environment.SetEnvironmentVariable(LibTorch.FolderVariable, null);
        }
    }

    /// <summary>This program without its libtorch, as a build with UaaGanTorch=external is, on the same libraries in another place.</summary>
    [Fact]
    public async Task The_one_that_is_named_is_the_one_that_works()
    {
        string lib = Directory.CreateDirectory(Path.Combine(_folder, "lib")).FullName, program = Directory.CreateDirectory(Path.Combine(_folder, "program")).FullName;
        File.WriteAllText(Path.Combine(_folder, "version.py"), "__version__ = '2.10.0'\n");
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory))
        {
            string name = Path.GetFileName(file), source = new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file;
            bool isTorch = name.StartsWith("libtorch", StringComparison.Ordinal) || name.StartsWith("libc10", StringComparison.Ordinal) || name.StartsWith("libgomp", StringComparison.Ordinal);
            // The largest need no copy; a program finds its own folder by where its files really are.
            if (isTorch) File.CreateSymbolicLink(Path.Combine(lib, name), source);
            else File.Copy(source, Path.Combine(program, name));
        }

        (int code, string output) = await ProbeAsync(program, lib);
        Assert.True(code == 0 && output.Contains("Total: 1,", StringComparison.Ordinal), output);
        (code, output) = await ProbeAsync(program, "");
        Assert.True(code != 0 && output.Contains("built without a libtorch", StringComparison.Ordinal), output);
    }

    private static async Task<(int Code, string Output)> ProbeAsync(string program, string lib)
    {
        string executable = Path.Combine(program, Path.GetFileName(Environment.ProcessPath!));
        var start = new ProcessStartInfo(executable, ["-noColor", "-class", typeof(LibTorchProbe).FullName!]) { RedirectStandardOutput = true };
        start.Environment[LibTorch.FolderVariable] = lib;
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }

    private string Lib()
    {
        string lib = Directory.CreateDirectory(Path.Combine(_folder, "lib")).FullName;
        foreach (string file in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" }) File.WriteAllText(Path.Combine(lib, file), "");
        return lib;
    }
}
