using System.CommandLine;
using UaaGan.Cli.Commands;

namespace UaaGan.Cli.Tests;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs => [.. Paths(Root(), "")];

    [Theory, MemberData(nameof(Verbs))]
    public async Task Every_verb_explains_itself_and_each_of_its_options(string path)
    {
        var command = Find(path);
        var outcome = (await CommandLine.Run([.. Words(path), "--help"])).Ends(ExitCodes.Success);

        Assert.Empty(outcome.Errors);
        Assert.Contains(command.Description!.Split('\n')[0], outcome.Output, StringComparison.Ordinal);
        Assert.All(command.Options.Where(option => !option.Hidden), option =>
        {
            Assert.False(string.IsNullOrWhiteSpace(option.Description), $"{path} {option.Name} has no description");
            Assert.Contains(option.Name, outcome.Output, StringComparison.Ordinal);
        });
        Assert.All(command.Arguments, argument => Assert.False(string.IsNullOrWhiteSpace(argument.Description), $"{path} {argument.Name} has no description"));
    }

    [Fact]
    public void The_verbs_of_the_contract_are_there()
    {
        string[] contract =
        [
            "demo", "models add", "models list", "models check", "models schema", "train", "trainings list", "trainings watch", "trainings cancel", "trainings resume",
            "generators list", "galleries list", "galleries snapshot", "galleries restore", "attack", "extract", "evaluate", "methods", "datasets check", "serve",
        ];
        Assert.Equal([], contract.Except(Paths(Root(), "")));
    }

    [Fact]
    public async Task An_unknown_verb_is_wrong_use_and_names_the_help()
    {
        var outcome = (await CommandLine.Run("evalute")).Ends(ExitCodes.WrongUse);

        Assert.Empty(outcome.Output);
        Assert.Contains("evalute", outcome.Errors, StringComparison.Ordinal);
        Assert.Contains("uaagan --help", outcome.Errors, StringComparison.Ordinal);
    }

    private static RootCommand Root() => RootCommandFactory.Create(_ => throw new InvalidOperationException("nothing runs here"));

    private static Command Find(string path) => Words(path).Aggregate((Command)Root(), (command, word) => command.Subcommands.Single(child => child.Name == word));

    private static string[] Words(string path) => path.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static IEnumerable<string> Paths(Command command, string path) =>
        command.Subcommands.SelectMany(child => Paths(child, $"{path} {child.Name}".Trim())).Prepend(path);
}
