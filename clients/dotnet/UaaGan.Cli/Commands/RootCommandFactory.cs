using System.CommandLine;

namespace UaaGan.Cli.Commands;

/// <summary>The commands, and how an action gets its session.</summary>
internal static class RootCommandFactory
{
    public static RootCommand Create(Func<ParseResult, Session> session)
    {
        var root = new RootCommand("""
            Measures how a learned, barely visible perturbation (UAA-GAN) breaks deep-feature retrieval.

            See it work, knowing nothing:
              uaagan demo

            Measure your own system (weights, a folder of unlabelled images to train on, a labelled one to query):
              uaagan models add --name mine --architecture osnet_x0_25 --weights weights.safetensors --input 256x128
              uaagan train --model mine --images train/ --epsilon 8/255 --generator g1 --minutes 20
              uaagan evaluate --model mine --data test/ --protocol leave-one-out --attack uaa-gan:g1 --attack pgd --attack random-sign --epsilon 8/255 --out report/

            Commands speak gRPC to three services. Given no address they start them and stop them at the end; 'uaagan serve' keeps them running.
            Exit codes: 0 done, 1 failed, 2 wrong use, 130 interrupted. UaaGan measures the robustness of your own systems: attack no one else's.
            """);
        GlobalOptions.AddTo(root);
        foreach (var command in (Command[])
        [
            DemoCommand.Create(), ModelsCommand.Create(), TrainCommand.Create(), TrainingsCommand.Create(), GeneratorsCommand.Create(),
            AttackCommand.Create(), ExtractCommand.Create(), EvaluateCommand.Create(), BatteryCommand.Create(), MetricsCommand.Create(), MethodsCommand.Create(), DatasetsCommand.Create(), GalleriesCommand.Create(), ServeCommand.Create(),
        ])
            root.Subcommands.Add(command);
        Bind(root, session);
        return root;
    }

    private static void Bind(Command command, Func<ParseResult, Session> session)
    {
        if (command is SessionCommand own) own.SetAction((parsed, cancellationToken) => own.Run(session(parsed), cancellationToken));
        foreach (var child in command.Subcommands) Bind(child, session);
    }
}

/// <summary>A command that does something.</summary>
internal sealed class SessionCommand(string name, string description, Func<Session, CancellationToken, Task<int>> run) : Command(name, description)
{
    /// <summary>Does it and returns the exit code.</summary>
    public Task<int> Run(Session session, CancellationToken cancellationToken) => run(session, cancellationToken);
}
