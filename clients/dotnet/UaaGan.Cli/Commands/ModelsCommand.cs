using System.CommandLine;
using System.Text.Json.Nodes;
using Spectre.Console;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Commands;

/// <summary><c>models</c>: the model repository in the state folder.</summary>
internal static class ModelsCommand
{
    private static readonly Option<string?> CheckedName = new("--name") { Description = "Check this network only [default: all]", HelpName = "N" };

    public static Command Create()
    {
        var command = new Command("models", "The model repository: target networks with their weights and geometry");
        command.Subcommands.Add(ModelsAddCommand.Create());
        command.Subcommands.Add(new SessionCommand("list", "Lists the networks with their versions, input sizes and hashes, and those whose model.json is damaged.", List));
        var check = new SessionCommand("check", """
            Checks that each network is whole: model.json is as it should be, the weights match their hash and fit the architecture, and the network gives the feature for a
            built-in pattern that it gave when it was added. Exit code 1 when one does not.
            """, Check);
        check.Options.Add(CheckedName);
        command.Subcommands.Add(check);
        command.Subcommands.Add(new SessionCommand("schema", "Prints the JSON schema of model.json (draft 2020-12), for editors and other programs.", Schema));
        return command;
    }

    /// <summary>A request to the repository of the session's state folder.</summary>
    public static JsonObject Request(Session session, string verb) => new() { ["verb"] = verb, ["state"] = session.State };

    private static async Task<int> List(Session session, CancellationToken cancellationToken)
    {
        var answer = await ModelRepositoryProgram.Ask(Request(session, "list"), cancellationToken);
        var (models, unreadable) = (answer["models"]!.AsArray(), answer["unreadable"]!.AsArray());
        if (session.Terminal.Json)
        {
            session.Terminal.WriteJson(new { models, unreadable });
            return ExitCodes.Success;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("name", "version", "architecture", "input", "resize", "feature", "sha-256");
        foreach (var model in models)
        {
            table.AddRow(
                new Text($"{model!["name"]}"), new Text($"{model["version"]}"), new Text($"{model["architecture"]}"),
                new Text($"{model["input"]!["height"]}x{model["input"]!["width"]}"), new Text($"{model["resize"]}"), new Text($"{model["feature_dimension"]}"),
                new Text(Formats.ShortHash($"{model["weights"]!["sha256"]}")));
        }

        if (models.Count > 0) session.Terminal.Show(table);
        foreach (var model in unreadable) session.Terminal.Error((string)model!["error"]!["message"]!);
        if (models.Count + unreadable.Count == 0) session.Terminal.Note($"There is no model in {session.State}: see uaagan models add --help.");
        return ExitCodes.Success;
    }

    private static async Task<int> Check(Session session, CancellationToken cancellationToken)
    {
        var request = Request(session, "check");
        if (session.Options.GetValue(CheckedName) is { } name) request["name"] = name;
        var models = (await ModelRepositoryProgram.Ask(request, cancellationToken))["models"]!.AsArray();
        if (session.Terminal.Json) session.Terminal.WriteJson(new { models });
        foreach (var model in models)
        {
            if (model!["error"] is { } error) session.Terminal.Error((string)error["message"]!);
            else session.Terminal.Show($"{model["name"]}:{model["version"]} is whole.");
        }

        if (models.Count == 0) session.Terminal.Note($"There is no model in {session.State}.");
        return models.Any(model => model!["error"] is not null) ? ExitCodes.Failure : ExitCodes.Success;
    }

    private static async Task<int> Schema(Session session, CancellationToken cancellationToken)
    {
        var schema = (string)(await ModelRepositoryProgram.Ask(Request(session, "schema"), cancellationToken))["schema"]!;
        if (session.Terminal.Json) session.Terminal.WriteJson(JsonNode.Parse(schema)!);
        else session.Terminal.Show(schema.TrimEnd());
        return ExitCodes.Success;
    }
}
