using System.CommandLine;
using System.Globalization;
using System.Runtime.CompilerServices;
using UaaGan.Cli.Evaluation;
using UaaGan.Cli.Output;
using UaaGan.Cli.Services;
using UaaGan.Client;
using UaaGan.Imaging;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Commands;

/// <summary><c>train</c>: a generator, from unlabelled images.</summary>
internal static class TrainCommand
{
    private static readonly Option<string> Model = OptionRules.Model();
    private static readonly Option<string[]> Surrogates = new("--surrogate")
    {
        Description = "Train on this model, too: on the mean of the losses on --model and on each --surrogate, so that the generator carries over to networks that it was not trained on; may be repeated",
        HelpName = "NAME",
        DefaultValueFactory = _ => [],
    };

    private static readonly Option<string> Images = OptionRules.Folder("--images", "Folder of unlabelled images, at any depth");
    private static readonly Option<string?> ListFile = OptionRules.ListFile("--list", "File that lists the images to use, one path relative to the folder a line");
    private static readonly Option<Epsilon> Epsilon = OptionRules.Epsilon();
    private static readonly Option<string> Generator = new("--generator") { Description = "Name of the generator to make", HelpName = "G", Required = true };

    private static readonly Option<string> Method = new("--method")
    {
        Description = "Training method (see: uaagan methods)",
        HelpName = "M",
        DefaultValueFactory = _ => "uaa-gan",
    };

    private static readonly Option<ulong> Seed = OptionRules.Seed();

    private static readonly Option<double?> Minutes = new("--minutes")
    {
        Description = "Stop after about this many minutes: the first steps are timed and the number of steps fixed from them [default: the method's number of steps]",
        HelpName = "N",
    };

    private static readonly Option<ulong?> Steps = new("--steps") { Description = "Stop after this many optimiser steps: the same steps give the same generator", HelpName = "N" };
    private static readonly Option<string[]> Options = OptionRules.MethodOptions("lambda-metric=30");
    private static readonly Option<bool> Replace = new("--replace") { Description = "Replace a generator of that name" };
    private static readonly Option<bool> Detach = new("--detach") { Description = "Return once the job is accepted; needs a service that goes on running (--perturbation URL)" };

    private static readonly Option<string?> TensorBoard = new("--tensorboard")
    {
        Description = "Write the losses and validations for TensorBoard as the training goes on: tensorboard --logdir DIR",
        HelpName = "DIR",
    };

    public static Command Create()
    {
        var command = new SessionCommand("train", """
            Trains a generator of adversarial perturbations against a target network, from unlabelled images and nothing else.

            The images are sent to the service and stored with the job. Ctrl-C cancels the job, which keeps its checkpoint: 'uaagan trainings resume ID'.

            Examples:
              uaagan train --model osnet_x0_25 --images market/bounding_box_train --epsilon 8/255 --generator market --minutes 10
              uaagan train --model mobilenet_v2 --images food/ --list food-train.txt --epsilon 8/255 --generator food --steps 1500 --option ssim-target=0.92
            """, Run);
        foreach (var option in (Option[])[Model, Surrogates, Images, ListFile, Epsilon, Generator, Method, Seed, Minutes, Steps, Options, Replace, Detach, TensorBoard])
            command.Options.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetResult(Minutes) is not null && result.GetResult(Steps) is not null) result.AddError("--minutes and --steps exclude each other: give one.");
            if (result.GetResult(TensorBoard) is not null && result.GetValue(Detach)) result.AddError("--tensorboard needs the training to be followed; leave out --detach, or give the service UaaGan:Perturbation:TensorBoardFolder.");
        });
        Minutes.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<double?>() is <= 0 or double.NaN) result.AddError("--minutes must be more than 0.");
        });
        Steps.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<ulong?>() is 0) result.AddError("--steps must be at least 1.");
        });
        return command;
    }

    private static async Task<int> Run(Session session, CancellationToken cancellationToken)
    {
        var options = session.Options;
        var settings = new TrainingSettings
        {
            Generator = options.GetRequiredValue(Generator),
            Model = Session.Model(options.GetRequiredValue(Model)),
            Method = options.GetRequiredValue(Method),
            Epsilon = options.GetValue(Epsilon).ToString(),
            Seed = options.GetValue(Seed),
            Replace = options.GetValue(Replace),
        };
        settings.Ensemble.Add(options.GetRequiredValue(Surrogates).Select(Session.Model));
        settings.Options.Add(OptionRules.Pairs(options.GetRequiredValue(Options)));
        if (options.GetValue(Minutes) is { } minutes) settings.Minutes = minutes;
        if (options.GetValue(Steps) is { } steps) settings.Steps = steps;
        var detach = options.GetValue(Detach);
        if (detach && session.Address(ServiceKind.Perturbation) is null)
            throw CliException.WrongUse("--detach needs a Perturbation service that goes on running: start 'uaagan serve' and give --perturbation http://127.0.0.1:5102.");

        var images = UaaGan.Retrieval.Datasets.Images(options.GetRequiredValue(Images), options.GetValue(ListFile));
        await using var services = await session.Services(cancellationToken, ServiceKind.Perturbation);
        var training = await session.Terminal.WithProgress(async bars =>
        {
            var started = await Start(services.Perturbation, settings, images, bars, cancellationToken);
            session.Terminal.Note($"Training {started.Id} of generator '{settings.Generator}' on {images.Count.ToString(CultureInfo.InvariantCulture)} images is accepted.");
            if (detach) return started;
            using var board = new TrainingBoard(options.GetValue(TensorBoard));
            return await TrainingWatch.Follow(services.Perturbation, started.Id, bars, cancellationToken, training => board.Add(training.Progress));
        });
        Report(session, training);
        return ExitCodes.Success;
    }

    /// <summary>Uploads the images and starts the job. A file that can't be read fails the whole, by name: nothing is left out in silence.</summary>
    public static async Task<Training> Start(
        PerturbationClient client, TrainingSettings settings, IReadOnlyList<DatasetEntry> images, ProgressBars bars, CancellationToken cancellationToken)
    {
        var bar = bars.Add($"{settings.Generator}: sending {images.Count.ToString(CultureInfo.InvariantCulture)} images", images.Count);
        return await client.StartTraining(settings, Source(cancellationToken), cancellationToken);

        async IAsyncEnumerable<ImageInput> Source([EnumeratorCancellation] CancellationToken token)
        {
            var failed = new List<FailedItem>();
            await foreach (var image in ImageFiles.Read(images, failed, token))
            {
                yield return image;
                bar.Increment(1);
            }

            if (failed.Count > 0) throw new CliException($"Not every image can be read:\n{FailedItem.List(failed)}");
        }
    }

    /// <summary>Says what a job came to.</summary>
    public static void Report(Session session, Training training)
    {
        if (session.Terminal.Json)
        {
            session.Terminal.WriteJson(TrainingJson.Of(training));
            return;
        }

        var name = training.Settings?.Generator ?? "";
        if (training.State == TrainingState.Succeeded)
        {
            session.Terminal.Show(string.Create(CultureInfo.InvariantCulture,
                $"Generator '{name}' is ready: {training.Progress?.Step} steps in {Formats.Seconds(training.Progress?.ElapsedSeconds ?? 0)}. {TrainingWatch.Scalars(training.Progress ?? new())}"));
            session.Terminal.Show($"Use it: uaagan evaluate --model {training.Settings?.Model?.Name} --attack {training.Settings?.Method}:{name} --epsilon {training.Settings?.Epsilon} ...");
        }
        else
        {
            session.Terminal.Show($"Training {training.Id} of '{name}' is {TrainingWatch.Word(training.State)}. Follow it: uaagan trainings watch {training.Id}");
        }
    }
}
