using System.Globalization;
using Grpc.Core;
using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>Reads the features of an evaluation and scores them, a bounded number of evaluations at a time.</summary>
internal sealed partial class Evaluator(ItemReader items, IOptions<ScoringOptions> options, ILogger<Evaluator> log) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(options.Value.MaxEvaluations);

    public void Dispose() => _slots.Dispose();

    public async Task<EvaluateResponse> EvaluateAsync(IAsyncStreamReader<EvaluateRequest> requests, CancellationToken cancellation)
    {
        var settings = await ItemReader.ReadSettingsAsync(requests, request => request.Settings, cancellation);
        var wanted = EvaluationMapping.Options(settings, options.Value);
        var set = new EvaluationSet(EvaluationMapping.Protocol(settings.Protocol), settings.Attacks);
        if (!_slots.Wait(0, CancellationToken.None))
        {
            throw new FailureException(
                FailureKind.ResourceExhausted, "TOO_MANY_EVALUATIONS",
                $"{options.Value.MaxEvaluations} evaluations are running, as many as the service takes; try again when one has ended.");
        }

        try
        {
            await ReadAsync(requests, set, cancellation);
            long bytes = EvaluationMemory.Of(set, wanted).TotalBytes;
            LogMemory(log, bytes);
            var result = await Task.Run(() => Evaluation.Run(set, wanted, cancellation), cancellation);
            return EvaluationMapping.Response(result);
        }
        finally
        {
            _slots.Release();
        }
    }

    private async Task ReadAsync(IAsyncStreamReader<EvaluateRequest> requests, EvaluationSet set, CancellationToken cancellation)
    {
        long bytes = 0;
        var whole = new WholeItems<EvaluationItem>(item => item.Id);
        await foreach (var entry in items.ReadItemsAsync(requests, request => request.Item, whole, cancellation))
        {
            bytes += entry.Item?.Feature?.Data.Length ?? 0;
            CheckLimits(entry.Index + 1, bytes);
            try
            {
                if (entry.Failure is not null) throw entry.Failure;
                Add(set, entry.Item!);
            }
            catch (FailureException failure)
            {
                throw Named(failure, entry);
            }
        }
    }

    private static void Add(EvaluationSet set, EvaluationItem item)
    {
        var label = new ImageLabel(item.Id, item.Identity, item.Camera) { Truth = item.Truth is null ? null : Truth(item) };
        switch (item.Role)
        {
            case EvaluationRole.Gallery:
                set.AddGallery(label, FeatureReader.Read(item.Feature));
                break;
            case EvaluationRole.Query:
                set.AddQuery(label, FeatureReader.Read(item.Feature));
                break;
            case EvaluationRole.AdversarialQuery:
                set.AddAdversarial((int)Math.Min(item.Attack, int.MaxValue), label, FeatureReader.Read(item.Feature));
                break;
            case EvaluationRole.AdversarialGallery:
                set.AddAdversarialGallery((int)Math.Min(item.Attack, int.MaxValue), label, FeatureReader.Read(item.Feature));
                break;
            default:
                throw new FailureException(
                    FailureKind.InvalidArgument, "BAD_ROLE",
                    $"The item '{item.Id}' has role {(int)item.Role}; it must be gallery (1), query (2), adversarial query (3) or adversarial gallery row (4).")
                { Field = "role" };
        }
    }

    private static Retrieval.QueryTruth Truth(EvaluationItem item)
    {
        var twice = item.Truth.Easy.Concat(item.Truth.Hard).Concat(item.Truth.Junk).GroupBy(id => id, StringComparer.Ordinal).FirstOrDefault(ids => ids.Count() > 1);
        return twice is null
            ? new Retrieval.QueryTruth(item.Truth.Easy, item.Truth.Hard, item.Truth.Junk)
            : throw new FailureException(
                FailureKind.InvalidArgument, "TRUTH_ROW_REPEATS", $"The ground truth of query '{item.Id}' lists '{twice.Key}' twice; each row is in one list, once.")
            { Field = "truth" };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "An evaluation takes {Bytes} bytes at most")]
    private static partial void LogMemory(ILogger log, long bytes);

    private void CheckLimits(ulong count, long bytes)
    {
        if (count > (ulong)options.Value.MaxEvaluationItems)
        {
            throw new FailureException(
                FailureKind.ResourceExhausted, "EVALUATION_TOO_LARGE",
                $"The evaluation has more than {options.Value.MaxEvaluationItems} items, which is what the service takes (UaaGan:RetrievalScoring:MaxEvaluationItems).");
        }

        if (bytes > options.Value.MaxEvaluationBytes)
        {
            throw new FailureException(
                FailureKind.ResourceExhausted, "EVALUATION_TOO_LARGE",
                $"The evaluation's features have more than {options.Value.MaxEvaluationBytes} bytes, which is what the service takes (UaaGan:RetrievalScoring:MaxEvaluationBytes).");
        }
    }

    // The caller finds the item by its position, even where its id is what is wrong.
    private static FailureException Named(FailureException failure, StreamEntry<EvaluationItem> entry)
    {
        string id = entry.Failure is null ? $", '{entry.Id}'" : "";
        return failure.Retell(
            failure.Field is { } field && !field.StartsWith("item.", StringComparison.Ordinal) ? $"item.{field}" : failure.Field,
            $"Item {entry.Index} of the stream{id}: {failure.Message}",
            ("index", entry.Index.ToString(CultureInfo.InvariantCulture)));
    }
}
