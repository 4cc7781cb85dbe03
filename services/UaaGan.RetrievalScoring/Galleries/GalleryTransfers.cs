using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.Extensions.Options;
using UaaGan.Failures;
using UaaGan.Hosting;
using UaaGan.Protos.Retrieval.V1;
using UaaGan.Retrieval;

namespace UaaGan.RetrievalScoring;

/// <summary>Snapshots of galleries out of the service and into it, a bounded number at a time.</summary>
internal sealed class GalleryTransfers(
    IGalleryStore store, ItemReader items, IOptions<ServiceOptions> service, IOptions<ScoringOptions> options, IHostApplicationLifetime lifetime) : IDisposable
{
    private const int PieceBytes = 256 << 10;

    private readonly SemaphoreSlim _slots = new(options.Value.MaxTransfers);

    public void Dispose() => _slots.Dispose();

    /// <summary>Writes a snapshot as its caller reads it.</summary>
    public Task SnapshotAsync(string name, IServerStreamWriter<SnapshotGalleryResponse> replies, CancellationToken cancellation) => InSlot(async () =>
    {
        store.Get(name);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.ApplicationStopping);
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 8 * PieceBytes, resumeWriterThreshold: 4 * PieceBytes, minimumSegmentSize: PieceBytes));
        var writing = Task.Run(
            () =>
            {
                Exception? fault = null;
                try
                {
                    using var output = new BufferedStream(pipe.Writer.AsStream(leaveOpen: true), PieceBytes);
                    GallerySnapshot.Write(store, name, output, end.Token);
                }
                catch (Exception exception)
                {
                    // For the reader, which throws it.
                    fault = exception;
                }

                pipe.Writer.Complete(fault);
            },
            CancellationToken.None);
        try
        {
            await SendAsync(pipe.Reader, replies, end.Token);
        }
        finally
        {
            // A caller who has left must not keep the store's reader waiting for room in the pipe.
            await end.CancelAsync();
            await pipe.Reader.CompleteAsync();
            await writing;
        }

        return true;
    });

    /// <summary>Makes a gallery of the snapshot that a caller sends.</summary>
    public Task<GalleryInfo> RestoreAsync(IAsyncStreamReader<RestoreGalleryRequest> requests, CancellationToken cancellation) => InSlot(async () =>
    {
        var settings = await ItemReader.ReadSettingsAsync(requests, request => request.Settings, cancellation);
        // On disk first: neither the store nor memory must wait for a slow caller.
        string path = Path.Combine(service.Value.State, $"restore-{Guid.NewGuid():N}.tmp");
        Directory.CreateDirectory(service.Value.State);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 20);
        // Linux keeps what is open and forgets it with the process, however that ends.
        File.Delete(path);
        await ReceiveAsync(requests, file, cancellation);
        return await Task.Run(
            () =>
            {
                // A damaged one must not hold the store's writers up before that is known.
                file.Position = 0;
                GallerySnapshot.Check(file, cancellation);
                file.Position = 0;
                return GallerySnapshot.Restore(store, settings.Name.Length > 0 ? settings.Name : null, file, cancellation);
            },
            cancellation);
    });

    private static async Task SendAsync(PipeReader pipe, IServerStreamWriter<SnapshotGalleryResponse> replies, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await pipe.ReadAsync(cancellation);
            var rest = read.Buffer;
            while (rest.Length > 0)
            {
                var piece = rest.Slice(0, Math.Min(rest.Length, PieceBytes));
                await replies.WriteAsync(new SnapshotGalleryResponse { Data = UnsafeByteOperations.UnsafeWrap(piece.ToArray()) }, cancellation);
                rest = rest.Slice(piece.End);
            }

            pipe.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted) return;
        }
    }

    private async Task ReceiveAsync(IAsyncStreamReader<RestoreGalleryRequest> requests, FileStream file, CancellationToken cancellation)
    {
        var pieces = items.ReadItemsAsync(
            requests, request => request.MessageCase == RestoreGalleryRequest.MessageOneofCase.Data ? request.Data : null, new Pieces(), cancellation);
        long bytes = 0;
        await foreach (var piece in pieces)
        {
            bytes += piece.Item!.Length;
            if (bytes > options.Value.MaxSnapshotBytes)
            {
                throw new FailureException(
                    FailureKind.ResourceExhausted, "SNAPSHOT_TOO_LARGE",
                    $"The snapshot has more than {options.Value.MaxSnapshotBytes} bytes, which is what the service takes (UaaGan:RetrievalScoring:MaxSnapshotBytes).");
            }

            await file.WriteAsync(piece.Item.Memory, cancellation);
        }
    }

    private async Task<T> InSlot<T>(Func<Task<T>> transfer)
    {
        if (!_slots.Wait(0, CancellationToken.None))
        {
            throw new FailureException(
                FailureKind.ResourceExhausted, "TOO_MANY_TRANSFERS",
                $"{options.Value.MaxTransfers} snapshots and restores are running, as many as the service takes; try again when one has ended.");
        }

        try
        {
            return await transfer();
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>Each message is a piece of its own.</summary>
    private sealed class Pieces : IItemAssembler<ByteString, ByteString>
    {
        private ulong _index;

        public StreamEntry<ByteString>? Add(ByteString wire) => new("", _index++, wire, null);

        public StreamEntry<ByteString>? End() => null;
    }
}
