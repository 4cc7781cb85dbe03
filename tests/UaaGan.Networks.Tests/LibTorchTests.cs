using System.Diagnostics;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

/// <summary>Which libtorch may stand in for the one that comes with the program.</summary>
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

    /// <summary>The same libraries in another place, as a PyTorch of that version would have them: this program anew, on those.</summary>
    [Fact]
    public async Task The_one_that_is_named_is_the_one_that_works()
    {
        string lib = Directory.CreateDirectory(Path.Combine(_folder, "lib")).FullName;
        File.WriteAllText(Path.Combine(_folder, "version.py"), "__version__ = '2.10.0'\n");
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory, "lib*.so*").Where(file => !file.Contains("LibTorchSharp", StringComparison.Ordinal)))
            File.Copy(new FileInfo(file).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file, Path.Combine(lib, Path.GetFileName(file)));
        var start = new ProcessStartInfo(Environment.ProcessPath!, ["-class", typeof(LibTorchProbe).FullName!, "-explicit", "only"]) { RedirectStandardOutput = true };
        start.Environment[LibTorch.FolderVariable] = lib;
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1,", StringComparison.Ordinal), output);
    }

    private string Lib()
    {
        string lib = Directory.CreateDirectory(Path.Combine(_folder, "lib")).FullName;
        foreach (string file in new[] { "libc10.so", "libtorch_cpu.so", "libtorch.so" }) File.WriteAllText(Path.Combine(lib, file), "");
        return lib;
    }
}
