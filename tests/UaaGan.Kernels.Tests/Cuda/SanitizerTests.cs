namespace UaaGan.Kernels.Tests;

/// <summary>kernels/emulator/check.cpp under sanitizers: as it is, nothing is found; with a fault planted, it is.</summary>
public class SanitizerTests
{
    [Theory]
    [InlineData(Fault.None)]
    [InlineData(Fault.MissingBlockBarrier)]
    [InlineData(Fault.MissingWarpBarrier)]
    [InlineData(Fault.MissingStageBarrier)]
    public void Threads_of_a_block_race_only_where_a_barrier_is_missing(Fault fault)
    {
        var (code, output) = Clang.Run(Program("threads", "thread", fault), [], ("TSAN_OPTIONS", "halt_on_error=1"));
        if (fault == Fault.None) Assert.True(code == 0, output);
        else Assert.Contains("data race", output, StringComparison.Ordinal);
    }

    [Fact]
    public void No_kernel_reads_or_writes_outside_its_arrays_or_overflows()
    {
        var (code, output) = Clang.Run(Program("fibers", "address,undefined", Fault.None), [], ("ASAN_OPTIONS", "detect_stack_use_after_return=0"));
        Assert.True(code == 0 && output.Length == 0, output);
    }

    [Fact]
    public void A_row_past_the_end_is_seen()
    {
        var (code, output) = Clang.Run(Program("fibers", "address,undefined", Fault.RowPastTheEnd), [], ("ASAN_OPTIONS", "detect_stack_use_after_return=0"));
        Assert.NotEqual(0, code);
        Assert.Contains("heap-buffer-overflow", output, StringComparison.Ordinal);
    }

    private static string Program(string kind, string sanitizers, Fault fault) => Clang.Make(
        $"check.{kind}{(int)fault}.bin",
        [Repository.Cuda, Repository.Emulator],
        [
            "-x", "c++", "-DUAAGAN_EMULATE", $"-DUAAGAN_FAULT={(int)fault}", $"-fsanitize={sanitizers}", "-fno-sanitize-recover=all", "-std=c++20", "-O1", "-g", "-march=native",
            "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-pthread", .. new[] { "check.cpp", "machine.cpp", $"{kind}.cpp" }.Select(file => Path.Combine(Repository.Emulator, file)),
        ]);
}
