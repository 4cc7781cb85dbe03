using System.Runtime.CompilerServices;
using Google.Protobuf;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Client;

/// <summary>One image to be sent, with the caller's id.</summary>
public sealed record ImageInput
{
    private ImageInput(string id, Image image)
    {
        Id = id;
        Image = image;
    }

    /// <summary>The caller's id, echoed in the reply: 1 to 256 UTF-8 bytes, unique within a stream. It also seeds random starts.</summary>
    public string Id { get; }

    /// <summary>The image as it travels.</summary>
    public Image Image { get; }

    /// <summary>An image file: JPEG, PNG, WebP, GIF, TIFF, BMP or PNM. The bytes are not copied and must not change until it is answered.</summary>
    public static ImageInput FromBytes(string id, ReadOnlyMemory<byte> file) =>
        new(id, new Image { Encoded = UnsafeByteOperations.UnsafeWrap(file) });

    /// <summary>Uncompressed pixels: uint8, row-major, height x width x channels (1 or 3). They travel in one message and are never chunked.</summary>
    public static ImageInput FromPixels(string id, int width, int height, int channels, ReadOnlyMemory<byte> pixels) => new(id, new Image
    {
        Raw = new RawImage
        {
            Width = checked((uint)width),
            Height = checked((uint)height),
            Channels = checked((uint)channels),
            Data = UnsafeByteOperations.UnsafeWrap(pixels),
        },
    });

    /// <summary>Reads files one by one, as the stream asks for them. A file that can't be read ends the stream with its IOException.</summary>
    public static async IAsyncEnumerable<ImageInput> FromFiles(
        IEnumerable<(string Id, string Path)> files, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        foreach (var (id, path) in files)
            yield return FromBytes(id, await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false));
    }
}
