using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using UaaGan.Cli.Demo;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Demo;
using UaaGan.Imaging;

namespace UaaGan.Cli.Commands;

/// <summary><c>demo</c>: the whole path, from images to report, on drawn image sets or on the user's own folder.</summary>
internal static class DemoCommand
{
    private static readonly Option<string> Out = new("--out")
    {
        Description = "Folder for report.html, report.json, manifest.json and the images; an earlier demo in it is replaced",
        HelpName = "DIR",
        DefaultValueFactory = _ => "uaagan-demo",
    };

    private static readonly Option<string?> Data = new("--data") { Description = "Your own labelled images instead of the drawn ones; needs --model", HelpName = "DIR" };
    private static readonly Option<string?> Model = new("--model") { Description = "Your own target network, NAME or NAME:VERSION (see: uaagan models list); needs --data", HelpName = "NAME" };
    private static readonly Option<string?> Protocol = OptionRules.Protocol(required: false);
    private static readonly Option<string?> Images = new("--images")
    {
        Description = "Unlabelled images to train on, with --data [default: bounding_box_train/ under market1501; every second image of each class, which is then not queried, under leave-one-out]",
        HelpName = "TRAIN_DIR",
    };

    private static readonly Option<double> Minutes = new("--minutes")
    {
        Description = "Time for the training, with --data; the drawn sets have a fixed number of steps",
        HelpName = "N",
        DefaultValueFactory = _ => 5,
    };

    private static readonly Option<Epsilon> Epsilon = OptionRules.Epsilon(required: false, standard: "8/255");
    private static readonly Option<ulong> Seed = OptionRules.Seed();

    public static Command Create()
    {
        var command = new SessionCommand("demo", """
            Shows the whole path, knowing nothing: starts the three services, draws three image sets (places, people, faces) with target
            networks of their own, trains a generator for each, attacks the queries, scores them, and writes report.html.
            Every number is measured in this run: clean, noise of the same budget (random-sign), UAA-GAN and PGD with 20 steps.

            With --data and --model it does the same on your own folder and your own network; the generator it trains stays, as demo-FOLDER.
            Ctrl-C stops it and leaves the scenarios that are done. The drawn demo runs on services and a state folder of its own.

            Examples:
              uaagan demo
              uaagan demo --data food7/ --model mobilenet_v2
              uaagan demo --data market/ --model osnet_x0_25 --minutes 10 --out market-report
            """, Run);
        foreach (var option in (Option[])[Out, Data, Model, Protocol, Images, Minutes, Epsilon, Seed]) command.Options.Add(option);
        Minutes.Between(0.01, 10080);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Data) is null != result.GetResult(Model) is null) result.AddError("--data and --model belong together: give both, or neither for the drawn image sets.");
            if (result.GetResult(Data) is not null) return;
            foreach (var option in (Option[])[Protocol, Images, Minutes])
            {
                if (result.GetResult(option) is { Implicit: false }) result.AddError($"{option.Name} is for your own folder: give --data and --model with it.");
            }
        });
        return command;
    }

    private static Task<int> Run(Session session, CancellationToken cancellationToken) =>
        session.Options.GetValue(Data) is { } data ? Own(session, data, cancellationToken) : Drawn(session, cancellationToken);

    private static async Task<int> Drawn(Session session, CancellationToken cancellationToken)
    {
        var scenarios = DemoScenarios.All;
        var folder = await Folder(session, [.. scenarios.Select(scenario => scenario.Name)], cancellationToken);
        var state = Directory.CreateTempSubdirectory("uaagan-demo-").FullName;
        try
        {
            foreach (var scenario in scenarios) scenario.WriteModel(Path.Combine(state, "models"));
            var (epsilon, seed) = (session.Options.GetValue(Epsilon), session.Options.GetValue(Seed));
            return await Measure(
                session, () => session.OwnServices(state, cancellationToken), folder,
                [.. scenarios.Select(scenario => (Func<ProgressBars, Task<DemoScenarioPlan>>)(bars => DrawnScenario.Prepare(scenario, folder, epsilon, seed, bars, cancellationToken)))],
                cancellationToken);
        }
        finally
        {
            Directory.Delete(state, recursive: true);
        }
    }

    private static async Task<int> Own(Session session, string data, CancellationToken cancellationToken)
    {
        var options = session.Options;
        // Read before anything is started or removed: most mistakes are found here.
        var plan = OwnScenario.Prepare(
            Session.Model(options.GetRequiredValue(Model)!), data, options.GetValue(Protocol) ?? OptionRules.ProtocolOf(data), options.GetValue(Images),
            options.GetValue(Epsilon), options.GetValue(Seed), options.GetValue(Minutes));
        var folder = await Folder(session, [plan.Name], cancellationToken);
        var code = await Measure(session, () => session.Services(cancellationToken, [.. ServiceKinds.All]), folder, [_ => Task.FromResult(plan)], cancellationToken);
        session.Terminal.Show($"The generator stays: uaagan evaluate --model {options.GetValue(Model)} --attack uaa-gan:{plan.Training.Generator} --epsilon {plan.Training.Epsilon} ...");
        return code;
    }

    private static async Task<string> Folder(Session session, IReadOnlyList<string> parts, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(session.Options.GetRequiredValue(Out));
        await OutputFolder.Fresh(folder, "demo", parts, replace: true, cancellationToken);
        return folder;
    }

    private static async Task<int> Measure(
        Session session, Func<Task<ServiceGroup>> open, string folder, IReadOnlyList<Func<ProgressBars, Task<DemoScenarioPlan>>> scenarios, CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        // Claims the folder, so that an interrupted demo's is recognised and may be replaced.
        await new RunManifest { Command = "demo", Arguments = session.Arguments, Complete = false, Run = RunManifest.Node(new { }) }.Write(folder, cancellationToken);
        await using var services = await open();
        var run = new DemoRun(session, services, folder, session.Options.GetValue(Epsilon), session.Options.GetValue(Seed));
        try
        {
            await run.Execute(scenarios, cancellationToken);
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested)
        {
            throw new CliException(
                string.Create(CultureInfo.InvariantCulture, $"Interrupted: {run.Results.Count} of {scenarios.Count} scenarios are measured{(run.Results.Count > 0 ? $" and reported in {Path.Combine(folder, "report.html")}" : "")}."),
                ExitCodes.Interrupted, exception);
        }

        if (session.Terminal.Json) session.Terminal.WriteJson(new { scenarios = run.Results });
        session.Terminal.Show($"Report: {Path.Combine(folder, "report.html")} ({Formats.Seconds(clock.Elapsed.TotalSeconds)})");
        return ExitCodes.Success;
    }
}
