using Grpc.Core;
using Microsoft.Extensions.Options;
using UaaGan.Attacks;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;
using DomainSettings = UaaGan.Attacks.TrainingSettings;
using WireSettings = UaaGan.Protos.Perturbation.V1.TrainingSettings;

namespace UaaGan.Perturbation;

/// <summary>Takes training jobs in: checks the settings before the first image is read, then each image, and stores them with the job.</summary>
internal sealed class TrainingIntake(
    AttackSettingsReader reader, GeneratorRepository generators, ITrainingStore store, TrainingFiles files, ImageReader images, ItemReader items,
    IOptions<PerturbationOptions> options)
{
    private const string SettingsField = "settings";

    /// <summary>The job that a StartTraining asks for, queued.</summary>
    /// <exception cref="FailureException">As the contract says.</exception>
    public async Task<TrainingJob> AcceptAsync(IAsyncStreamReader<StartTrainingRequest> requests, CancellationToken cancellation)
    {
        var wire = await ItemReader.ReadSettingsAsync(requests, request => request.Settings, cancellation);
        var settings = Within(() => Read(wire));
        Within(() => CheckName(settings));
        string id = store.NewId();
        using var writer = files.Create(id);
        await ReadImagesAsync(requests, writer, cancellation);
        TrainingSession.Checked(settings, writer.Count);
        writer.Commit();
        try
        {
            return store.Add(id, settings, writer.Count);
        }
        catch
        {
            writer.Revoke();
            throw;
        }
    }

    private async Task ReadImagesAsync(IAsyncStreamReader<StartTrainingRequest> requests, TrainingFiles.ImagesWriter writer, CancellationToken cancellation)
    {
        long pixels = 0;
        await foreach (var entry in items.ReadItemsAsync(requests, request => request.Item, new ImageAssembler(images.Limits.MaxBytes), cancellation))
        {
            if (entry.Failure is not null) throw OfImage(entry.Id, entry.Failure);
            PixelImage image;
            try
            {
                (image, _) = await images.ReadAsync(entry.Item, "item.image", cancellation);
            }
            catch (FailureException failure)
            {
                throw OfImage(entry.Id, failure);
            }

            pixels += (long)image.Width * image.Height;
            if (pixels > options.Value.MaxTrainingPixels) throw TooManyPixels();
            writer.Add(entry.Item!.ContentCase == Image.ContentOneofCase.Encoded ? entry.Item.Encoded.Span : ImageEncoder.Png(image));
        }
    }

    private DomainSettings Read(WireSettings wire)
    {
        string method = wire.Method.Length == 0 ? AttackCatalog.UaaGan : wire.Method;
        if (wire.Generator.Length == 0) throw FieldPath.Missing("generator", "it names the generator to make");
        var resolved = AttackCatalog.ResolveTraining(method, wire.Options);
        var epsilon = AttackSettingsReader.Budget(wire.Epsilon);
        var card = reader.Model(wire.Model);
        var ensemble = reader.Ensemble(wire.Ensemble, TargetIdentity.Of(card));
        foreach (var network in ensemble.Prepend(card)) TrainingSession.CheckTarget(network);
        return TrainingSession.Checked(
            new DomainSettings(wire.Generator, TargetIdentity.Of(card), method, epsilon, wire.Seed, resolved.All, Steps(wire), wire.HasMinutes ? wire.Minutes : null, wire.Replace)
            {
                Ensemble = [.. ensemble.Select(TargetIdentity.Of)],
            },
            TrainingSession.FewestImages);
    }

    private static long? Steps(WireSettings wire) => wire switch
    {
        { HasSteps: false } => null,
        { Steps: <= long.MaxValue } => (long)wire.Steps,
        _ => throw new FailureException(
            FailureKind.InvalidArgument, "TRAINING_BUDGET_INVALID", $"steps is {wire.Steps}; it may be at most {long.MaxValue}.")
        { Field = "steps" },
    };

    private void CheckName(DomainSettings settings)
    {
        store.CheckRoom(settings.Generator);
        if (!settings.Replace) generators.CheckFree(settings.Generator);
    }

    private FailureException TooManyPixels() => new(
        FailureKind.ResourceExhausted, "TRAINING_PIXELS_TOO_MANY",
        $"The training's images have more than {options.Value.MaxTrainingPixels} pixels in all; send fewer or smaller ones.");

    private static FailureException OfImage(string id, FailureException failure) =>
        failure.Retell(failure.Field, $"Image '{id}': {failure.Message}", ("id", id));

    private static void Within(Action action) => Within(() =>
    {
        action();
        return 0;
    });

    private static T Within<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (FailureException failure)
        {
            throw failure.Within(SettingsField);
        }
    }
}
