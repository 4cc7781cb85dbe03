using System.Diagnostics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Networks;
using UaaGan.Protos.Common.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>From an image of the wire to a feature of the wire.</summary>
internal sealed class FeatureExtractor(ModelWorkers workers, ImageReader images)
{
    /// <summary>The feature of one image.</summary>
    /// <param name="card">The model, loaded if it is not.</param>
    /// <param name="image">The image; null counts as missing.</param>
    /// <param name="field">Path of the request's field it came in.</param>
    /// <param name="deadline">When the caller gives up; null: never.</param>
    /// <param name="cancellation">The call's token.</param>
    public async Task<(Feature Feature, Timing Timing)> ExtractAsync(
        ModelCard card, Image? image, string field, DateTimeOffset? deadline, CancellationToken cancellation)
    {
        while (true)
        {
            var worker = await workers.GetAsync(card, cancellation);
            var (input, decode) = await images.RunAsync(() => Prepare(worker, image, field), cancellation);
            BatchResult<float[]> result;
            try
            {
                result = await worker.ExtractAsync(input, deadline, cancellation);
            }
            catch (FailureException failure) when (failure.Kind == FailureKind.Unavailable && worker.Retired)
            {
                // It was unloaded or replaced between the look-up and the queue: the next look-up loads it again.
                continue;
            }

            long start = Stopwatch.GetTimestamp();
            var feature = new Feature
            {
                Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(result.Value)),
                DataType = DataType.Float32,
                Dimension = (uint)result.Value.Length,
            };
            return (feature, result.ToTiming(decode, Stopwatch.GetElapsedTime(start)));
        }
    }

    private PixelImage Prepare(ModelWorker worker, Image? image, string field)
    {
        var pixels = ImageReader.Read(image, images.Limits, field);
        try
        {
            return worker.Preprocess(pixels);
        }
        catch (FailureException failure)
        {
            throw failure.At(field);
        }
    }
}
