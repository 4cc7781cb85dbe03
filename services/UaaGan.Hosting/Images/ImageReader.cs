using System.Diagnostics;
using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Imaging;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting;

/// <summary>Decodes and encodes images on a bounded number of threads, so that a burst of images can't starve everything else.</summary>
public sealed class ImageReader : IDisposable
{
    /// <summary>The stage from what was sent to pixels.</summary>
    public const string Decode = "decode";

    /// <summary>The stage from pixels to what is sent.</summary>
    public const string Encode = "encode";

    private readonly SemaphoreSlim _threads;

    public ImageReader(IOptions<ServiceOptions> options)
    {
        var value = options.Value;
        Limits = new ImageLimits { MaxBytes = value.MaxImageBytes, MaxPixels = value.MaxImagePixels };
        _threads = new SemaphoreSlim(value.DecodeThreads > 0 ? value.DecodeThreads : Environment.ProcessorCount);
    }

    /// <summary>What is accepted.</summary>
    public ImageLimits Limits { get; }

    /// <summary>Reads an image on one of the threads.</summary>
    /// <param name="image">The image; null counts as missing.</param>
    /// <param name="field">Path of the request's field it came in, for the failure.</param>
    /// <param name="cancellation">Gives up the wait for a thread.</param>
    /// <returns>The pixels, and the time that decoding took, without the wait.</returns>
    /// <exception cref="FailureException">INVALID_ARGUMENT, with the field.</exception>
    public Task<(PixelImage Image, TimeSpan Elapsed)> ReadAsync(Image? image, string field, CancellationToken cancellation) =>
        RunAsync(Decode, () => Read(image, Limits, field), cancellation);

    /// <summary>Does other work on images on one of the threads.</summary>
    /// <param name="stage">What it is, for metrics and traces: <see cref="Decode"/> or <see cref="Encode"/>.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellation">Gives up the wait for a thread.</param>
    public async Task<(T Result, TimeSpan Elapsed)> RunAsync<T>(string stage, Func<T> work, CancellationToken cancellation)
    {
        await _threads.WaitAsync(cancellation);
        try
        {
            return await Task.Run(
                () =>
                {
                    using var span = ServiceTracing.StartStage(stage);
                    long start = Stopwatch.GetTimestamp();
                    var result = work();
                    var elapsed = Stopwatch.GetElapsedTime(start);
                    ServiceMetrics.RecordStage(stage, elapsed);
                    return (result, elapsed);
                },
                CancellationToken.None);
        }
        finally
        {
            _threads.Release();
        }
    }

    /// <summary>Reads an image on the caller's thread.</summary>
    /// <param name="image">An encoded file, or raw pixels; null counts as missing.</param>
    /// <param name="limits">Checked before pixels are decoded.</param>
    /// <param name="field">Path of the request's field it came in, for the failure.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT, with the field.</exception>
    public static PixelImage Read(Image? image, ImageLimits limits, string field)
    {
        try
        {
            return image?.ContentCase switch
            {
                Image.ContentOneofCase.Encoded => ImageDecoder.Decode(image.Encoded.Memory, limits),
                Image.ContentOneofCase.Raw => ReadRaw(image.Raw, limits),
                _ => throw Fault("IMAGE_MISSING", "The image is missing; set encoded or raw."),
            };
        }
        catch (FailureException failure)
        {
            throw failure.At(field);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _threads.Dispose();

    private static PixelImage ReadRaw(RawImage raw, ImageLimits limits)
    {
        if (raw.Width == 0 || raw.Height == 0 || raw.Channels is not (1 or 3))
        {
            throw Fault(
                "IMAGE_SHAPE_INVALID",
                $"The raw image is {raw.Width}x{raw.Height} pixels with {raw.Channels} channels; it needs at least one pixel and 1 or 3 channels.");
        }

        ulong pixels = (ulong)raw.Width * raw.Height;
        if (pixels > (ulong)limits.MaxPixels)
        {
            throw Fault("IMAGE_TOO_MANY_PIXELS", $"The raw image is {raw.Width}x{raw.Height} pixels; at most {limits.MaxPixels} in all are accepted.");
        }

        if ((ulong)raw.Data.Length != pixels * raw.Channels)
        {
            throw Fault(
                "IMAGE_SHAPE_MISMATCH",
                $"The raw image has {raw.Data.Length} bytes; {raw.Width}x{raw.Height} pixels with {raw.Channels} channels need {pixels * raw.Channels}.");
        }

        return new PixelImage((int)raw.Width, (int)raw.Height, (int)raw.Channels, raw.Data.ToByteArray());
    }

    private static FailureException Fault(string reason, string message) => new(FailureKind.InvalidArgument, reason, message);
}
