using System.Diagnostics.Metrics;
using Grpc.Core;

namespace UaaGan.Hosting;

/// <summary>
/// The suite's own instruments. ASP.NET Core's request histogram shows HTTP 200 for every gRPC call, failed or not: hence one by
/// gRPC status.
/// </summary>
public static class ServiceMetrics
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "UaaGan.Hosting";

    /// <summary>Name of the instrument that counts items, not time.</summary>
    internal const string BatchSizeName = "uaagan.batch.size";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Histogram<double> CallDuration =
        Meter.CreateHistogram<double>("uaagan.rpc.duration", "s", "Duration of gRPC calls by method and status.");
    private static readonly Histogram<double> QueueWait =
        Meter.CreateHistogram<double>("uaagan.queue.wait", "s", "Time of an item between its arrival and the start of its batch.");
    private static readonly Histogram<double> ComputeTime =
        Meter.CreateHistogram<double>("uaagan.batch.duration", "s", "Time of a batch's computation.");
    private static readonly Histogram<int> BatchSize =
        Meter.CreateHistogram<int>(BatchSizeName, "{item}", "Items of a batch.");
    private static readonly Histogram<double> StageTime =
        Meter.CreateHistogram<double>("uaagan.image.duration", "s", "Time to decode or to encode an image, by stage.");
    private static readonly Counter<long> Rejected =
        Meter.CreateCounter<long>("uaagan.items.rejected", "{item}", "Items that no batch computed, by reason.");
    private static readonly UpDownCounter<long> Pending =
        Meter.CreateUpDownCounter<long>("uaagan.items.pending", "{item}", "Items waiting in a queue.");

    private static readonly Counter<long> RemoteQueries =
        Meter.CreateCounter<long>("uaagan.remote.queries", "{image}", "Images that another service was asked about, by model; one asked again after a failure counts again.");

    /// <summary>Counts images that another service is asked about.</summary>
    public static void RecordRemoteQueries(string model, long images) => RemoteQueries.Add(images, new KeyValuePair<string, object?>("model", model));

    internal static void RecordCall(string method, StatusCode code, TimeSpan duration) =>
        CallDuration.Record(duration.TotalSeconds, new("rpc.method", method), new("rpc.grpc.status_code", code.ToString()));

    internal static void RecordBatch(string worker, int size, TimeSpan compute)
    {
        BatchSize.Record(size, new KeyValuePair<string, object?>("worker", worker));
        ComputeTime.Record(compute.TotalSeconds, new KeyValuePair<string, object?>("worker", worker));
    }

    internal static void RecordStage(string stage, TimeSpan duration) =>
        StageTime.Record(duration.TotalSeconds, new KeyValuePair<string, object?>("stage", stage));

    internal static void RecordWait(string worker, TimeSpan wait) =>
        QueueWait.Record(wait.TotalSeconds, new KeyValuePair<string, object?>("worker", worker));

    internal static void RecordRejected(string worker, string reason, long items = 1) =>
        Rejected.Add(items, new("worker", worker), new("reason", reason));

    internal static void AddPending(string worker, long items) =>
        Pending.Add(items, new KeyValuePair<string, object?>("worker", worker));
}
