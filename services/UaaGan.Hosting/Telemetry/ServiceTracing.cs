using System.Diagnostics;

namespace UaaGan.Hosting;

/// <summary>The suite's own spans: a batch, and the decoding and encoding of an image.</summary>
internal static class ServiceTracing
{
    /// <summary>Name of the source.</summary>
    public const string SourceName = "UaaGan.Hosting";

    private static readonly ActivitySource Source = new(SourceName);

    /// <summary>Begins a stage of a call, on the call's flow; null: nobody records.</summary>
    public static Activity? StartStage(string stage) => Source.StartActivity(stage);

    /// <summary>
    /// Begins a batch on a worker's thread, so that what it calls belongs to its items' traces. A batch has one parent, its first
    /// item that has a trace, and is linked to the others.
    /// </summary>
    public static Activity? StartBatch(string worker, IEnumerable<ActivityContext> items)
    {
        var traced = items.Where(item => item != default).Distinct().ToList();
        var parent = traced.FirstOrDefault();
        var tags = new KeyValuePair<string, object?>[] { new("worker", worker) };
        var links = traced.Skip(1).Select(item => new ActivityLink(item));
        if (Source.StartActivity("batch", ActivityKind.Internal, parent, tags, links) is { } recorded) return recorded;
        // Nobody records here, yet the services that the batch calls may.
        return parent == default ? null : new Activity("batch") { TraceStateString = parent.TraceState }.SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags).Start();
    }
}
