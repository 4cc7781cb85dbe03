using System.Diagnostics;

namespace UaaGan.Kernels.Tests;

/// <summary>Runs this project's tests in a process without an instruction set, where the run time itself falls back.</summary>
public class InstructionSetTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    [Theory]
    [InlineData("DOTNET_EnableAVX512", "Vector512")]
    [InlineData("DOTNET_EnableAVX2", "Vector256")]
    [InlineData("DOTNET_EnableHWIntrinsic", "Vector256")]
    public async Task Without_an_instruction_set_its_kernel_is_gone_and_the_results_stay(string setting, string lostLevel)
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable("UAAGAN_KERNELS_CHILD") is not null, "This is the child process.");

        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, RedirectStandardError = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(InstructionSetTests).Assembly.Location);
        foreach (string argument in new[] { "-noColor", "-method", "*Every_score_has_the_bits*", "-method", "*The_automatic_level*" }) start.ArgumentList.Add(argument);
        start.Environment[setting] = "0";
        start.Environment["UAAGAN_KERNELS_CHILD"] = lostLevel;

        using var child = Process.Start(start)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        try
        {
            string output = await child.StandardOutput.ReadToEndAsync(limit.Token) + await child.StandardError.ReadToEndAsync(limit.Token);
            await child.WaitForExitAsync(limit.Token);
            Assert.True(child.ExitCode == 0, output);
            Assert.Contains("Total: 4, Errors: 0, Failed: 0", output, StringComparison.Ordinal);
        }
        finally
        {
            if (!child.HasExited) child.Kill(entireProcessTree: true);
        }
    }

    [Fact]
    public void The_automatic_level_is_the_widest_there_is_and_a_missing_one_is_refused()
    {
        Assert.Equal(Levels.Supported[^1], new GalleryMatrixBuilder(1).Build().Level);
        if (Environment.GetEnvironmentVariable("UAAGAN_KERNELS_CHILD") is { } lost)
        {
            Assert.Throws<NotSupportedException>(() => new GalleryMatrixBuilder(1, Enum.Parse<SimdLevel>(lost)));
        }
    }
}
