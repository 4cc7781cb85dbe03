using System.CommandLine;
using Spectre.Console;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Commands;

/// <summary><c>generators list</c>: what has been trained.</summary>
internal static class GeneratorsCommand
{
    public static Command Create()
    {
        var command = new Command("generators", "Trained generators");
        command.Subcommands.Add(new SessionCommand("list", "Lists the trained generators: which network and which epsilon each is for.", List));
        return command;
    }

    private static async Task<int> List(Session session, CancellationToken cancellationToken)
    {
        await using var services = await session.Services(cancellationToken, ServiceKind.Perturbation);
        var generators = await services.Perturbation.ListGenerators(cancellationToken).ToListAsync(cancellationToken);
        if (session.Terminal.Json)
        {
            session.Terminal.WriteJson(new
            {
                generators = generators.Select(g => new
                {
                    g.Name,
                    g.Method,
                    model = g.Model?.Name,
                    model_version = g.Model?.Version,
                    surrogates = g.Ensemble.Select(model => model.Name),
                    g.Epsilon,
                    g.Steps,
                    weights_sha256 = g.WeightsSha256,
                    created = g.Created?.ToDateTimeOffset(),
                }),
            });
            return ExitCodes.Success;
        }

        var table = new Table { Border = TableBorder.Rounded };
        table.AddColumns("name", "method", "model", "epsilon", "steps", "created (UTC)", "sha-256");
        foreach (var g in generators)
        {
            table.AddRow(
                new Text(g.Name), new Text(g.Method), new Text(string.Join(" and ", g.Ensemble.Prepend(g.Model ?? new()).Select(model => $"{model.Name}:{model.Version}"))), new Text(g.Epsilon), new Text(Formats.Count(g.Steps)),
                new Text(Formats.Time(g.Created)), new Text(Formats.ShortHash(g.WeightsSha256)));
        }

        session.Terminal.Show(table);
        if (generators.Count == 0) session.Terminal.Note("No generator is trained yet: see uaagan train --help.");
        return ExitCodes.Success;
    }
}
