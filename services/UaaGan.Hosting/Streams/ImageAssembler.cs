using Google.Protobuf;
using UaaGan.Failures;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting;

/// <summary>
/// Images of one stream, whole or put together from chunks. A faulty image fails alone, and what is left of its chunks is skipped;
/// chunks of one image with something else between them break the protocol.
/// </summary>
/// <param name="maxImageBytes">Largest encoded image, chunks added up.</param>
public sealed class ImageAssembler(long maxImageBytes) : IItemAssembler<ImageItem, Image>
{
    private const int FirstBuffer = 256 << 10;

    private readonly ItemIds _ids = new();
    private ulong _index;
    private string? _openId;
    private string? _skippedId;
    private byte[] _buffer = [];
    private int _length;
    private ulong _total;

    /// <inheritdoc/>
    public StreamEntry<Image>? Add(ImageItem message)
    {
        ArgumentNullException.ThrowIfNull(message);
        if (_openId is not null && (message.PartCase != ImageItem.PartOneofCase.Chunk || message.Id != _openId))
        {
            throw new FailureException(
                FailureKind.InvalidArgument, "CHUNKS_INTERRUPTED",
                $"Item '{message.Id}' came between the chunks of '{_openId}', of which {_length} of {_total} bytes are here; the chunks of one image follow each other.")
            {
                Field = "item.id",
                Metadata = new Dictionary<string, string> { ["id"] = message.Id, ["open_id"] = _openId },
            };
        }

        if (message.PartCase == ImageItem.PartOneofCase.Chunk) return AddChunk(message.Id, message.Chunk);

        _skippedId = null;
        var failure = _ids.CheckUnique(message.Id) ?? CheckWhole(message);
        return Entry(message.Id, failure is null ? message.Image : null, failure);
    }

    /// <inheritdoc/>
    public StreamEntry<Image>? End()
    {
        if (_openId is not { } id) return null;
        _openId = null;
        return Entry(id, null, Fault("CHUNKS_MISSING", $"The stream ended after {_length} of the {_total} bytes of '{id}'.", "item.chunk"));
    }

    private StreamEntry<Image>? AddChunk(string id, ImageChunk chunk)
    {
        if (id == _skippedId && chunk.Offset > 0) return null;
        _skippedId = null;

        var failure = _openId is null ? Open(id, chunk) : CheckNext(id, chunk);
        failure ??= CheckRoom(id, chunk);
        if (failure is not null)
        {
            (_openId, _skippedId, _buffer) = (null, id, []);
            return Entry(id, null, failure);
        }

        Append(chunk.Data.Span);
        if ((ulong)_length < _total) return null;

        // The buffer is never written again, so the image may wrap it.
        var image = new Image { Encoded = UnsafeByteOperations.UnsafeWrap(_buffer.AsMemory(0, _length)) };
        (_openId, _buffer) = (null, []);
        return Entry(id, image, null);
    }

    private FailureException? Open(string id, ImageChunk chunk)
    {
        if (_ids.CheckUnique(id) is { } bad) return bad;
        if (chunk.Offset != 0)
        {
            return Fault("CHUNK_GAP", $"The first chunk of '{id}' has offset {chunk.Offset}; it must have 0.", "item.chunk.offset");
        }

        if (chunk.TotalBytes > (ulong)maxImageBytes)
        {
            return Fault(
                "IMAGE_TOO_LARGE", $"'{id}' has {chunk.TotalBytes} bytes; an encoded image may have {maxImageBytes}.", "item.chunk.total_bytes");
        }

        (_openId, _length, _total) = (id, 0, chunk.TotalBytes);
        _buffer = new byte[Math.Min((int)_total, FirstBuffer)];
        return null;
    }

    private FailureException? CheckNext(string id, ImageChunk chunk)
    {
        if (chunk.Offset != (ulong)_length)
        {
            return Fault("CHUNK_GAP", $"A chunk of '{id}' has offset {chunk.Offset}; after {_length} bytes it must have {_length}.", "item.chunk.offset");
        }

        return chunk.TotalBytes == _total
            ? null
            : Fault("CHUNK_TOTAL_CHANGED", $"A chunk of '{id}' says {chunk.TotalBytes} total bytes, the first one said {_total}.", "item.chunk.total_bytes");
    }

    private FailureException? CheckRoom(string id, ImageChunk chunk)
    {
        if (chunk.Data.IsEmpty) return Fault("CHUNK_EMPTY", $"A chunk of '{id}' has no data.", "item.chunk.data");
        ulong room = _total - (ulong)_length;
        return (ulong)chunk.Data.Length <= room
            ? null
            : Fault(
                "CHUNK_OVERRUN", $"A chunk of '{id}' at offset {_length} has {chunk.Data.Length} bytes, but only {room} are left of {_total}.",
                "item.chunk.data");
    }

    // The buffer grows with what has come, not with what was announced, so that an announcement costs no memory.
    private void Append(ReadOnlySpan<byte> data)
    {
        int needed = _length + data.Length;
        if (needed > _buffer.Length) Array.Resize(ref _buffer, (int)Math.Min((long)_total, Math.Max(needed, 2L * _buffer.Length)));
        data.CopyTo(_buffer.AsSpan(_length));
        _length = needed;
    }

    private static FailureException? CheckWhole(ImageItem message) =>
        message.PartCase == ImageItem.PartOneofCase.Image
            ? null
            : Fault("IMAGE_MISSING", $"Item '{message.Id}' has neither an image nor a chunk of one.", "item.part");

    private StreamEntry<Image> Entry(string id, Image? image, FailureException? failure) => new(id, _index++, image, failure);

    private static FailureException Fault(string reason, string message, string field) =>
        new(FailureKind.InvalidArgument, reason, message) { Field = field };
}
