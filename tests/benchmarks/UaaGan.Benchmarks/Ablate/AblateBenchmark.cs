using System.Diagnostics;
using System.Globalization;
using TorchSharp;
using UaaGan.Attacks;
using UaaGan.Networks;
using UaaGan.Retrieval;

namespace UaaGan.Benchmarks;

/// <summary>Trains, attacks and scores each variant with each seed, in this process; runs that the results' file has already are taken from it.</summary>
internal sealed class AblateBenchmark(AblateSettings settings, TextWriter output, Action<string> report)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <exception cref="OperationCanceledException">Interrupted; the rows so far are kept and printed.</exception>
    public void Run(CancellationToken cancellation)
    {
        using AblationFile file = AblationFile.Open(settings.Out, report);
        var missing = settings.Runs.Where(run => !file.Rows.Any(row => row.IsOf(settings.Set, run.Variant, run.Seed, settings.Steps))).ToArray();
        if (settings.Runs.Count() - missing.Length is > 0 and var there) report($"{settings.Out}: {there} of these runs are there and are not made again");
        try
        {
            if (missing.Length > 0) RunAll(missing, file, cancellation);
        }
        finally
        {
            AblationTable.Print(output, settings, file.Rows);
        }
    }

    private void RunAll((AblationVariant Variant, ulong Seed)[] runs, AblationFile file, CancellationToken cancellation)
    {
        // Trainings have threads of their own, which those of OpenMP would slow down.
        torch.set_num_threads(1);
        DirectoryInfo temporary = Directory.CreateTempSubdirectory("uaagan-ablate-");
        try
        {
            AblationSet set = AblationSets.Open(settings.Set, temporary.FullName, cancellation);
            foreach (var (variant, seed) in runs) set.SomeTraining(variant.Images, seed);
            using TargetNetwork target = set.Models.Load(set.Card);
            report($"{set.Name}: features of {set.Data.Queries.Count} queries and {set.Data.Gallery.Count} gallery rows");
            var scorer = new QueryScorer(set, target, cancellation);
            var clock = Stopwatch.StartNew();
            foreach (var (i, (variant, seed)) in runs.Index())
            {
                string name = $"{set.Name} {i + 1}/{runs.Length}  {variant.Name} seed {seed}";
                TimeSpan next = TimeSpan.Zero;
                AblationRow row = RunOne(set, target, scorer, variant, seed, progress =>
                {
                    if (clock.Elapsed < next) return;
                    next = clock.Elapsed + Pause;
                    string left = TimeLeft.Of(clock.Elapsed, i + ((double)progress.Step / settings.Steps), runs.Length);
                    report(string.Create(CultureInfo.InvariantCulture, $"{name}: step {progress.Step}/{settings.Steps}, SSIM {progress.Scalars["ssim"]:F3}; time left in all: {left}"));
                }, cancellation);
                file.Append(row);
                report(string.Create(CultureInfo.InvariantCulture,
                    $"{name}: lost {row.MapLost:F3}, swapped {row.MapLostSwapped:F3}, SSIM {row.Ssim:F3}, detector {row.DetectorAuc:F3}, trained in {row.TrainingSeconds:F0} s"));
            }
        }
        finally
        {
            temporary.Delete(recursive: true);
        }
    }

    private AblationRow RunOne(
        AblationSet set, TargetNetwork target, QueryScorer scorer, AblationVariant variant, ulong seed, Action<TrainingProgress> progress, CancellationToken cancellation)
    {
        string generator = string.Create(CultureInfo.InvariantCulture, $"{set.Name}-{variant.Name}-{seed}");
        IReadOnlyList<DatasetEntry> training = set.SomeTraining(variant.Images, seed);
        var trained = GeneratorRun.Train(
            new TrainingSettings(generator, TargetIdentity.Of(set.Card), AttackCatalog.UaaGan, variant.Epsilon, seed, variant.Options, settings.Steps),
            [.. training.Select(AblationSet.Decode)], target, settings.Threads, progress, cancellation);
        if (settings.Generators is { } folder) new GeneratorRepository(folder).Save(trained.Generator, replace: true);

        var request = new AttackRequest(AttackCatalog.UaaGan, variant.Epsilon, new Dictionary<string, string>(), seed, generator);
        using IAttack attack = AttackCatalog.Create(request, target, trained.Generator);
        var adversarial = AdversarialQueries.Make(attack, variant.Epsilon, scorer.Queries, cancellation);
        EvaluationResult scores = scorer.Score(adversarial, cancellation);
        return new AblationRow
        {
            Set = set.Name,
            Variant = variant.Name,
            Options = variant.Options,
            Images = variant.Images,
            Epsilon = variant.Epsilon.ToString(),
            Seed = seed,
            Steps = settings.Steps,
            Threads = settings.Threads,
            TrainingImages = training.Count,
            TrainingSeconds = trained.Seconds,
            CleanMap = scores.Clean.MeanAveragePrecision.Value,
            Queries = scores.QueryIds.Count,
            MapLost = scores.Attacks[0].MapLost.Value,
            MapLostSwapped = scores.Attacks[1].MapLost.Value,
            Ssim = adversarial.Ssim,
            DetectorAuc = DetectorCheck.Area(set.Data.Queries, scorer.Queries, adversarial.Own, DetectorCheck.DefaultSteps, cancellation),
            Machine = Machine.Description,
        };
    }
}
