using System.Threading.Channels;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Hosting;

/// <summary>
/// Runs a bidirectional stream: settings, the announced limits, then items, of which at most
/// <see cref="ServiceOptions.MaxInFlightPerStream"/> are pending. An item that fails is answered with its own status; a broken
/// protocol ends the stream once the items before it are answered, and so does a request to stop, with UNAVAILABLE.
/// </summary>
public sealed class BidirectionalStream(
    IOptions<ServiceOptions> options, ItemReader items, StatusMapper mapper, IHostApplicationLifetime lifetime)
{
    /// <summary>Runs a stream of images.</summary>
    public Task RunImagesAsync<TRequest, TReply>(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TReply> replies, ServerCallContext context,
        IStreamHandler<TRequest, ImageItem, Image, TReply> handler)
        where TRequest : class
    {
        var limits = Limits();
        limits.MaxImageBytes = (ulong)options.Value.MaxImageBytes;
        limits.MaxImagePixels = (ulong)options.Value.MaxImagePixels;
        return RunAsync(requests, replies, context, handler, new ImageAssembler(options.Value.MaxImageBytes), limits);
    }

    /// <summary>Runs a stream of items that are whole in one message each.</summary>
    /// <param name="requests">The caller's messages.</param>
    /// <param name="replies">The replies.</param>
    /// <param name="context">The call.</param>
    /// <param name="handler">What the method does.</param>
    /// <param name="id">The id of an item.</param>
    public Task RunAsync<TRequest, TItem, TReply>(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TReply> replies, ServerCallContext context,
        IStreamHandler<TRequest, TItem, TItem, TReply> handler, Func<TItem, string> id)
        where TRequest : class
        where TItem : class =>
        RunAsync(requests, replies, context, handler, new WholeItems<TItem>(id), Limits());

    private StreamLimits Limits() => new()
    {
        MaxInFlight = (uint)options.Value.MaxInFlightPerStream,
        MaxMessageBytes = (ulong)options.Value.MaxMessageBytes,
    };

    private async Task RunAsync<TRequest, TWire, TItem, TReply>(
        IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TReply> writer, ServerCallContext context,
        IStreamHandler<TRequest, TWire, TItem, TReply> handler, IItemAssembler<TWire, TItem> assembler, StreamLimits limits)
        where TRequest : class
        where TWire : class
        where TItem : class
    {
        using var call = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        using var drain = lifetime.ApplicationStopping.UnsafeRegister(
            _ => call.CancelAfter(TimeSpan.FromSeconds(options.Value.DrainSeconds)), null);

        var first = await ItemReader.ReadSettingsAsync(requests, request => handler.HasSettings(request) ? request : null, call.Token);
        var opening = await handler.OpenAsync(first, limits, call.Token);
        await writer.WriteAsync(opening.Accepted, call.Token);

        var replies = new ReplyQueue<TReply>(options.Value.MaxInFlightPerStream, opening.Order);
        var writing = replies.WriteAllAsync(writer, call);
        try
        {
            await replies.EnterAsync(call.Token);
            await foreach (var entry in items.ReadItemsAsync(requests, handler.Item, assembler, call.Token))
            {
                replies.Add(AnswerAsync(handler, entry, context, call.Token));
                await replies.EnterAsync(call.Token);
            }
        }
        finally
        {
            // Also when the stream breaks: what was accepted is answered before the status goes out.
            try
            {
                await replies.CompleteAsync(call.Token);
            }
            finally
            {
                await writing;
            }
        }
    }

    private async Task<TReply> AnswerAsync<TRequest, TWire, TItem, TReply>(
        IStreamHandler<TRequest, TWire, TItem, TReply> handler, StreamEntry<TItem> entry, ServerCallContext context, CancellationToken cancellation)
        where TRequest : class
        where TWire : class
        where TItem : class
    {
        try
        {
            return entry.Failure is null ? await handler.AnswerAsync(entry, cancellation) : handler.Refuse(entry, mapper.ToStatus(entry.Failure));
        }
        catch (Exception exception) when (!cancellation.IsCancellationRequested)
        {
            return handler.Refuse(entry, mapper.ToStatus(exception, context));
        }
    }

    /// <summary>The answers on their way, bounded: a slot is taken before a message is read and given back once its reply is written.</summary>
    private sealed class ReplyQueue<TReply>(int slots, ReplyOrder order)
    {
        private readonly SemaphoreSlim _slots = new(slots);
        private readonly Channel<Task<TReply>> _answers = Channel.CreateUnbounded<Task<TReply>>(new UnboundedChannelOptions { SingleReader = true });

        public Task EnterAsync(CancellationToken cancellation) => _slots.WaitAsync(cancellation);

        public void Add(Task<TReply> answer)
        {
            if (order == ReplyOrder.Completion)
            {
                _ = answer.ContinueWith(
                    done => _answers.Writer.TryWrite(done), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            }
            else
            {
                _answers.Writer.TryWrite(answer);
            }
        }

        // The reader holds one slot for the message that did not come; all the others back means that every reply is written.
        public async Task CompleteAsync(CancellationToken cancellation)
        {
            try
            {
                for (int slot = 1; slot < slots; slot++) await _slots.WaitAsync(cancellation);
            }
            finally
            {
                _answers.Writer.TryComplete();
            }
        }

        // gRPC allows one write at a time, hence one writer. When it fails, nobody listens any more: everything else stops too.
        public async Task WriteAllAsync(IServerStreamWriter<TReply> writer, CancellationTokenSource call)
        {
            try
            {
                await foreach (var answer in _answers.Reader.ReadAllAsync(call.Token))
                {
                    await writer.WriteAsync(await answer, call.Token);
                    _slots.Release();
                }
            }
            catch
            {
                await call.CancelAsync();
                throw;
            }
        }
    }
}
