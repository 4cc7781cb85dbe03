using System.CommandLine;
using Spectre.Console;
using UaaGan.Cli.Services;

namespace UaaGan.Cli.Commands;

/// <summary><c>methods</c>: what attacks there are and what their options do.</summary>
internal static class MethodsCommand
{
    public static Command Create() => new SessionCommand("methods", """
        Lists the attack and training methods with their options, defaults and bounds.

        An option goes to --option: 'uaagan train --option lambda-metric=30', 'uaagan evaluate --attack pgd --option pgd.steps=40'.
        """, Run);

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        await using var services = await session.Services(cancellationToken, ServiceKind.Perturbation);
        var methods = await services.Perturbation.ListMethods(cancellationToken);
        if (session.Terminal.Json)
        {
            session.Terminal.WriteJson(new
            {
                methods = methods.Select(m => new
                {
                    m.Name,
                    m.Description,
                    m.NeedsGenerator,
                    m.NeedsGuide,
                    attack_options = m.AttackOptions.Select(o => new { o.Name, o.DefaultValue, o.Description }),
                    training_options = m.TrainingOptions.Select(o => new { o.Name, o.DefaultValue, o.Description }),
                }),
            });
            return ExitCodes.Success;
        }

        foreach (var method in methods)
        {
            var table = new Table { Border = TableBorder.Rounded, Title = new TableTitle(Markup.Escape(method.Name)) };
            table.AddColumns("used by", "option", "default", "meaning");
            foreach (var option in method.AttackOptions) Row("attack", option);
            foreach (var option in method.TrainingOptions) Row("train", option);
            session.Terminal.Show($"{method.Name}: {method.Description}{(method.NeedsGenerator ? $" Needs a generator: --attack {method.Name}:GENERATOR." : "")}{(method.NeedsGuide ? $" Needs a guide image: --attack {method.Name}@GUIDE." : "")}");
            if (table.Rows.Count > 0) session.Terminal.Show(table);

            void Row(string use, Protos.Perturbation.V1.MethodOption option) =>
                table.AddRow(new Text(use), new Text(option.Name), new Text(option.DefaultValue), new Text(option.Description));
        }

        return ExitCodes.Success;
    }
}
