using System.Diagnostics;
using System.Runtime.InteropServices;
using Google.Protobuf;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;

namespace UaaGan.FeatureExtraction;

/// <summary>From an image of the wire to a feature of the wire.</summary>
internal sealed class FeatureExtractor(ImageReader images)
{
    /// <summary>The feature of one image.</summary>
    /// <param name="worker">The model, held by the call.</param>
    /// <param name="image">The image; null counts as missing.</param>
    /// <param name="box">The part of it that counts; null: all.</param>
    /// <param name="field">Path of the request's field that the image came in; the box came in box.</param>
    /// <param name="deadline">When the caller gives up; null: never.</param>
    /// <param name="cancellation">The call's token.</param>
    public async Task<(Feature Feature, Timing Timing)> ExtractAsync(
        ModelWorker worker, Image? image, Box? box, string field, DateTimeOffset? deadline, CancellationToken cancellation)
    {
        // Before the first wait, so that what was read from a stream counts as accepted.
        using var item = worker.Accept();
        worker.RequireRoom();
        var (input, decode) = await images.RunAsync(ImageReader.Decode, () => Prepare(worker, image, box, field), cancellation);
        var result = await worker.ExtractAsync(input, deadline, cancellation);
        long start = Stopwatch.GetTimestamp();
        var feature = new Feature
        {
            Data = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(result.Value)),
            DataType = DataType.Float32,
            Dimension = (uint)result.Value.Length,
        };
        return (feature, result.ToTiming(decode, Stopwatch.GetElapsedTime(start)));
    }

    private PixelImage Prepare(ModelWorker worker, Image? image, Box? box, string field)
    {
        var pixels = ImageReader.Read(image, images.Limits, field);
        if (box is not null) pixels = Cut(pixels, box);
        try
        {
            return worker.Preprocess(pixels);
        }
        catch (FailureException failure)
        {
            throw failure.At(field);
        }
    }

    private static PixelImage Cut(PixelImage image, Box box)
    {
        try
        {
            return new ImageBox(box.Left, box.Top, box.Width, box.Height).Cut(image);
        }
        catch (FailureException failure)
        {
            throw failure.Retell($"box.{failure.Field}");
        }
    }
}
