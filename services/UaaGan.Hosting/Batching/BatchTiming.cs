using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting;

/// <summary>Where the time of one item went, as a message.</summary>
public static class BatchTiming
{
    /// <param name="result">Its result, with the queue's and the batch's part.</param>
    /// <param name="decode">Decoding and preparing it.</param>
    /// <param name="encode">Encoding the answer.</param>
    public static Timing ToTiming<TResult>(this BatchResult<TResult> result, TimeSpan decode, TimeSpan encode)
    {
        ArgumentNullException.ThrowIfNull(result);
        return new Timing
        {
            QueueMs = result.Queue.TotalMilliseconds,
            DecodeMs = decode.TotalMilliseconds,
            ComputeMs = result.Compute.TotalMilliseconds / result.BatchSize,
            EncodeMs = encode.TotalMilliseconds,
            BatchSize = (uint)result.BatchSize,
        };
    }
}
