using System.Diagnostics;
using Google.Protobuf;
using UaaGan.Client;
using UaaGan.Protos.Common.V1;
using UaaGan.Protos.Perturbation.V1;
using UaaGan.Retrieval;

namespace UaaGan.Cli.Evaluation;

/// <summary>What came of an attack on a set of images.</summary>
/// <param name="Options">Every option as it ran, defaults included.</param>
/// <param name="Model">The model version attacked.</param>
/// <param name="Failed">Images without an adversarial twin.</param>
/// <param name="MillisecondsPerImage">Computation an image, as the service measured it in its batches; the wall clock's share where it tells none. 0 without images.</param>
/// <param name="Seconds">Wall clock of the stream, reading and saving included.</param>
/// <param name="SaliencyCorrelation">Mean correlation of the change with where the attacked network looks; null when that was not asked for, or says nothing.</param>
internal sealed record AttackRunResult(
    IReadOnlyDictionary<string, string> Options, ModelReference Model, IReadOnlyList<FailedItem> Failed, double MillisecondsPerImage, double Seconds,
    double? SaliencyCorrelation);

/// <summary>Streams images through Perturbation and saves what comes back.</summary>
internal static class AttackRun
{
    /// <param name="attack">The attack.</param>
    /// <param name="models">The networks it is made on, at least one.</param>
    /// <param name="epsilon">The budget.</param>
    /// <param name="seed">Of random starts.</param>
    /// <param name="rescale">Whether a generator may serve another epsilon than its own.</param>
    /// <param name="box">The part of each image that may change; null: all of it.</param>
    public static PerturbSettings Settings(
        AttackSpec attack, IReadOnlyList<ModelReference> models, Imaging.Epsilon epsilon, ulong seed, bool rescale, Imaging.ImageBox? box = null)
    {
        var settings = new PerturbSettings
        {
            Model = models[0],
            Method = attack.Method,
            Generator = attack.Generator ?? "",
            Epsilon = epsilon.ToString(),
            Seed = seed,
            Rescale = rescale,
            OutputFormat = OutputFormat.Png,
        };
        settings.Ensemble.Add(models.Skip(1));
        if (box is { } part) settings.Box = new Box { Left = part.Left, Top = part.Top, Width = part.Width, Height = part.Height };
        settings.Options.Add(attack.Options.ToDictionary());
        if (attack.Guide is { } guide) settings.Guide = new Image { Encoded = ByteString.CopyFrom(File.ReadAllBytes(guide)) };
        return settings;
    }

    /// <param name="client">The service.</param>
    /// <param name="settings">The attack.</param>
    /// <param name="images">The images, by id.</param>
    /// <param name="save">Saves one PNG file, by id.</param>
    /// <param name="advance">Called once for each image that is done with.</param>
    /// <param name="cancellationToken">Stops the stream.</param>
    public static async Task<AttackRunResult> Execute(
        PerturbationClient client, PerturbSettings settings, IReadOnlyList<DatasetEntry> images,
        Func<string, ReadOnlyMemory<byte>, Task> save, Action advance, CancellationToken cancellationToken)
    {
        var failed = new List<FailedItem>();
        var clock = Stopwatch.StartNew();
        var computed = 0.0;
        var timed = 0;
        var done = 0;
        var saliency = new List<double>();
        await using var stream = await client.OpenPerturb(settings, cancellationToken: cancellationToken);
        await foreach (var outcome in stream.Send(ImageFiles.Read(images, failed, cancellationToken), cancellationToken))
        {
            if (outcome.Error is { } error)
            {
                failed.Add(new FailedItem(outcome.Id, error.Reason ?? error.Code.ToString(), error.Message));
            }
            else
            {
                await save(outcome.Id, outcome.Value.Image.Encoded.Memory);
                done++;
                if (outcome.Value.Quality is { HasSaliencyCorrelation: true } quality) saliency.Add(quality.SaliencyCorrelation);
                if (outcome.Timing is { ComputeMs: > 0 } timing)
                {
                    computed += timing.ComputeMs;
                    timed++;
                }
            }

            advance();
        }

        var milliseconds = timed > 0 ? computed / timed : done > 0 ? clock.Elapsed.TotalMilliseconds / done : 0;
        return new AttackRunResult(stream.Accepted.Options, stream.Accepted.Model, failed, milliseconds, clock.Elapsed.TotalSeconds, saliency.Count > 0 ? saliency.Average() : null);
    }
}
