using System.Text;
using Google.Protobuf;
using Grpc.Core;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Client;

/// <summary>Cuts images into messages that fit the service's limit.</summary>
internal static class ImageMessages
{
    /// <summary>Room for tags, lengths, offsets and the outer message around an image's bytes.</summary>
    private const int Overhead = 128;

    /// <summary>The image whole, or its file in consecutive pieces.</summary>
    /// <param name="input">The image.</param>
    /// <param name="maxMessageBytes">The service's limit on one message.</param>
    /// <param name="chunkBytes">Preferred size of a piece.</param>
    public static IEnumerable<ImageItem> Cut(ImageInput input, long maxMessageBytes, int chunkBytes)
    {
        var room = maxMessageBytes - Overhead - Encoding.UTF8.GetByteCount(input.Id);
        if (input.Image.ContentCase == Image.ContentOneofCase.Raw)
        {
            if (input.Image.Raw.Data.Length > room)
            {
                throw new UaaGanClientException(StatusCode.InvalidArgument,
                    $"Image '{input.Id}' has {input.Image.Raw.Data.Length} bytes of raw pixels; a message to this service has at most {maxMessageBytes}, "
                    + "and only encoded images are sent in pieces. Send it as PNG.");
            }

            return [new ImageItem { Id = input.Id, Image = input.Image }];
        }

        return input.Image.Encoded.Length <= room
            ? [new ImageItem { Id = input.Id, Image = input.Image }]
            : Chunks(input, (int)Math.Max(1, Math.Min(chunkBytes, room)));
    }

    private static IEnumerable<ImageItem> Chunks(ImageInput input, int size)
    {
        var file = input.Image.Encoded.Memory;
        for (var offset = 0; offset < file.Length; offset += size)
        {
            var data = file.Slice(offset, Math.Min(size, file.Length - offset));
            yield return new ImageItem
            {
                Id = input.Id,
                Chunk = new ImageChunk { Offset = (ulong)offset, TotalBytes = (ulong)file.Length, Data = UnsafeByteOperations.UnsafeWrap(data) },
            };
        }
    }
}
