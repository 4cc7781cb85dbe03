using System.Text.RegularExpressions;

namespace UaaGan.Kernels.Tests;

/// <summary>The committed PTX is what clang makes of kernels/cuda, and has the instructions that it should and none that it must not.</summary>
public partial class PtxTests
{
    public static TheoryData<string> Targets => [.. Ptx.Targets];

    [Theory]
    [MemberData(nameof(Targets))]
    public void The_committed_ptx_is_that_of_the_sources(string target)
    {
        string made = Clang.Make($"uaagan.{target}.ptx", [Repository.Cuda], [.. Arguments(target)]);
        string committed = Path.Combine(Repository.Cuda, "ptx", $"uaagan.{target}.ptx");
        if (Environment.GetEnvironmentVariable("UAAGAN_WRITE_PTX") == "1") File.Copy(made, committed, overwrite: true);
        Assert.True(File.Exists(committed) && File.ReadAllText(made) == File.ReadAllText(committed), $"{committed} is not what clang makes of the sources; write it anew with ./run kernels ptx");
        if (Environment.GetEnvironmentVariable("UAAGAN_WRITE_PTX") != "1") Assert.Equal(File.ReadAllText(committed), Ptx.Read(target));
    }

    [Theory]
    [MemberData(nameof(Targets))]
    public void It_has_the_instructions_that_it_should(string target)
    {
        string ptx = Ptx.Read(target);
        Assert.Contains($".target {target}", ptx, StringComparison.Ordinal);
        foreach (string instruction in new[]
        {
            "fma.rn.f32", "div.rn.f32", "sqrt.rn.f32", "ld.global.v4.f32", "st.global.v4.f32", "bar.sync", "bar.warp.sync", "cp.async.cg.shared.global", "cp.async.wait_group",
            "ldmatrix.sync.aligned.m8n8.x4.shared.b16", "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", "shfl.sync.bfly.b32", "vote.sync.ballot.b32", "atom.shared.add.u32", "atom.global.max.u32",
        })
        {
            Assert.Contains(instruction, ptx, StringComparison.Ordinal);
        }

        Assert.Equal(
            ["attack_gradient_sums", "attack_step", "feature_distance", "feature_pack", "perturb_forward", "rerank_exact", "scan_topk_128", "scan_topk_16"],
            Entry().Matches(ptx).Select(match => match.Groups[1].Value).Order(StringComparer.Ordinal));
    }

    // Local memory means that registers did not suffice; a call, that something was not inlined; double, that a constant lost its f.
    [Theory]
    [MemberData(nameof(Targets))]
    public void It_has_none_that_it_must_not(string target)
    {
        string ptx = Ptx.Read(target);
        foreach (string forbidden in new[] { ".local", "call", ".extern .func", ".f64", "div.full", ".approx", ".ftz" }) Assert.DoesNotContain(forbidden, ptx, StringComparison.Ordinal);
        // Without a rounding mode the assembler may fuse a product with a sum, and bits would depend on it.
        Assert.DoesNotMatch(Unrounded(), ptx);
    }

    private static IEnumerable<string> Arguments(string target) =>
    [
        "-x", "cuda", "--cuda-device-only", "-nocudainc", "-nocudalib", $"--cuda-gpu-arch={target}", "--cuda-feature=+ptx80",
        "-O3", "-std=c++20", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-S", Path.Combine(Repository.Cuda, "uaagan.cu"),
    ];

    [GeneratedRegex(@"\.visible \.entry (\w+)\(")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\b(mul|add|sub)\.f32\b")]
    private static partial Regex Unrounded();
}
