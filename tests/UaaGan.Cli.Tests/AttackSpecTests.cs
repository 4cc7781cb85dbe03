using UaaGan.Cli.Evaluation;

namespace UaaGan.Cli.Tests;

public sealed class AttackSpecTests
{
    [Fact]
    public void Options_go_to_the_method_they_name()
    {
        var specs = AttackSpec.Parse(["uaa-gan:g", "pgd", "random-sign"], ["pgd.steps=40", "pgd.step-size=0.5"]);

        Assert.Equal(["uaa-gan:g", "pgd", "random-sign"], specs.Select(spec => spec.Label));
        Assert.Equal("g", specs[0].Generator);
        Assert.Equal(["step-size=0.5", "steps=40"], specs[1].Options.Select(option => $"{option.Key}={option.Value}").Order());
        Assert.Empty(specs[0].Options);
        Assert.Empty(specs[2].Options);
    }

    [Fact]
    public void With_one_method_its_name_may_be_left_out() =>
        Assert.Equal("40", AttackSpec.Parse(["pgd"], ["steps=40"])[0].Options["steps"]);

    [Fact]
    public void A_guide_comes_after_an_at_sign()
    {
        var guide = Path.Combine(Directory.CreateTempSubdirectory("uaagan-guide-").FullName, "the tower:1.png");
        File.WriteAllBytes(guide, [1]);

        var spec = Assert.Single(AttackSpec.Parse([$"tma@{guide}"], ["steps=3"]));

        Assert.Equal(("tma", null, guide), (spec.Method, spec.Generator, spec.Guide));
        Assert.Equal("tma@the tower:1.png", spec.Label);
        Assert.Equal("tma-the tower-1.png", spec.Folder);
        Assert.Equal("3", spec.Options["steps"]);
        Directory.Delete(Path.GetDirectoryName(guide)!, recursive: true);
    }

    [Theory]
    [InlineData("tma@", "is not understood")]
    [InlineData("@guide.png", "is not understood")]
    [InlineData("tma@/nowhere/guide.png", "there is no guide image")]
    [InlineData("pgd:", "is not understood")]
    [InlineData(":g", "is not understood")]
    [InlineData("a:b:c", "is not understood")]
    public void What_is_no_attack_is_wrong_use(string attack, string message) =>
        Assert.Contains(message, WrongUse([attack], []), StringComparison.Ordinal);

    [Fact]
    public void Ambiguous_repeated_and_foreign_options_are_wrong_use()
    {
        Assert.Contains("METHOD.NAME=VALUE with one of pgd, fgsm", WrongUse(["pgd", "fgsm"], ["steps=3"]), StringComparison.Ordinal);
        Assert.Contains("given twice", WrongUse(["pgd"], ["steps=3", "steps=4"]), StringComparison.Ordinal);
        Assert.Contains("belongs to no attack", WrongUse(["pgd"], ["cw.steps=3"]), StringComparison.Ordinal);
        Assert.Contains("given twice", WrongUse(["pgd", "pgd"], []), StringComparison.Ordinal);
    }

    private static string WrongUse(string[] attacks, string[] options)
    {
        var exception = Assert.Throws<CliException>(() => AttackSpec.Parse(attacks, options));
        Assert.Equal(ExitCodes.WrongUse, exception.ExitCode);
        return exception.Message;
    }
}
