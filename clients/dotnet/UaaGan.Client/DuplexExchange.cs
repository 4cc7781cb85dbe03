using System.Runtime.CompilerServices;
using Grpc.Core;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Client;

/// <summary>How one kind of stream spells the common rules: settings first, acceptance first, one outcome an item.</summary>
internal sealed record StreamShape<TRequest, TResponse, TAccepted, TItem, TResult>(
    Func<CallOptions, AsyncDuplexStreamingCall<TRequest, TResponse>> Start,
    TRequest Settings,
    Func<TResponse, TAccepted?> Accepted,
    Func<TAccepted, StreamLimits> Limits,
    Func<TItem, StreamLimits, IEnumerable<TRequest>> Messages,
    Func<TResponse, ItemOutcome<TResult>?> Outcome)
    where TAccepted : class;

/// <summary>The one implementation of <see cref="ItemExchange{TAccepted, TItem, TResult}"/>: a writer task beside the reader.</summary>
internal sealed class DuplexExchange<TRequest, TResponse, TAccepted, TItem, TResult> : ItemExchange<TAccepted, TItem, TResult>
    where TRequest : class
    where TResponse : class
    where TAccepted : class
{
    private readonly ServiceClient _client;
    private readonly StreamShape<TRequest, TResponse, TAccepted, TItem, TResult> _shape;
    private readonly AsyncDuplexStreamingCall<TRequest, TResponse> _call;
    private readonly CancellationTokenSource _life;
    private readonly int _maxInFlight;
    private int _sending;

    private DuplexExchange(
        ServiceClient client, StreamShape<TRequest, TResponse, TAccepted, TItem, TResult> shape,
        AsyncDuplexStreamingCall<TRequest, TResponse> call, CancellationTokenSource life, TAccepted accepted, StreamLimits limits, int maxInFlight)
        : base(accepted, limits)
    {
        _client = client;
        _shape = shape;
        _call = call;
        _life = life;
        _maxInFlight = maxInFlight;
    }

    public static async Task<ItemExchange<TAccepted, TItem, TResult>> Open(
        ServiceClient client, StreamShape<TRequest, TResponse, TAccepted, TItem, TResult> shape, int maxInFlight, CancellationToken cancellationToken)
    {
        var life = new CancellationTokenSource();
        AsyncDuplexStreamingCall<TRequest, TResponse>? call = null;
        try
        {
            // The token is linked for the opening only: Send has its own.
            using var opening = cancellationToken.Register(life.Cancel);
            call = shape.Start(new CallOptions(client.Options.Headers(), cancellationToken: life.Token));
            var accepted = await Accept(call, shape).ConfigureAwait(false)
                ?? throw BrokenProtocol(client, "it did not announce its limits first");
            var limits = shape.Limits(accepted) ?? throw BrokenProtocol(client, "its acceptance has no limits");
            if (limits.MaxInFlight == 0) throw BrokenProtocol(client, "it announced a limit of 0 items in flight");
            var inFlight = (int)Math.Min(limits.MaxInFlight, (uint)maxInFlight);
            return new DuplexExchange<TRequest, TResponse, TAccepted, TItem, TResult>(client, shape, call, life, accepted, limits, inFlight);
        }
        catch (Exception exception)
        {
            await life.CancelAsync().ConfigureAwait(false);
            call?.Dispose();
            life.Dispose();
            if (exception is RpcException rpc) throw client.Readable(rpc, cancellationToken);
            throw;
        }
    }

    public override async IAsyncEnumerable<ItemOutcome<TResult>> Send(
        IAsyncEnumerable<TItem> items, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        if (Interlocked.Exchange(ref _sending, 1) != 0) throw new InvalidOperationException("A stream's items are sent once; open another stream.");
        using var linked = cancellationToken.Register(_life.Cancel);
        using var slots = new SemaphoreSlim(_maxInFlight);
        var writing = Write(items, slots);
        try
        {
            long answered = 0;
            while (await Next(writing, cancellationToken).ConfigureAwait(false) is { } response)
            {
                var outcome = _shape.Outcome(response) ?? throw BrokenProtocol(_client, "it sent a reply that answers no item");
                answered++;
                slots.Release();
                yield return outcome;
            }

            // A service that ends well before the writer did has stopped reading: the writer must not wait for a slot for ever.
            _life.CancelAfter(ServiceClient.StatusGrace);
            var sent = await Sent(writing, cancellationToken).ConfigureAwait(false);
            if (answered != sent) throw BrokenProtocol(_client, $"it answered {answered} of {sent} items and ended the stream");
        }
        finally
        {
            await _life.CancelAsync().ConfigureAwait(false);
            // Its failure is the reader's to tell, and has been told; here the task must only have ended before its semaphore does.
            await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        await _life.CancelAsync().ConfigureAwait(false);
        _call.Dispose();
        _life.Dispose();
    }

    private static async Task<TAccepted?> Accept(
        AsyncDuplexStreamingCall<TRequest, TResponse> call, StreamShape<TRequest, TResponse, TAccepted, TItem, TResult> shape)
    {
        try
        {
            await call.RequestStream.WriteAsync(shape.Settings).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            // The service refused before it read: the reader below finds out why.
        }

        return await call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false) ? shape.Accepted(call.ResponseStream.Current) : null;
    }

    private async Task<TResponse?> Next(Task<long> writing, CancellationToken cancellationToken)
    {
        try
        {
            return await _call.ResponseStream.MoveNext(CancellationToken.None).ConfigureAwait(false) ? _call.ResponseStream.Current : null;
        }
        catch (RpcException exception)
        {
            if (!cancellationToken.IsCancellationRequested && _life.IsCancellationRequested) await writing.ConfigureAwait(false);
            throw _client.Readable(exception, cancellationToken);
        }
    }

    private async Task<long> Sent(Task<long> writing, CancellationToken cancellationToken)
    {
        try
        {
            return await writing.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw BrokenProtocol(_client, "it ended the stream while items were being sent");
        }
    }

    private async Task<long> Write(IAsyncEnumerable<TItem> items, SemaphoreSlim slots)
    {
        // Off the caller's thread: a source that blocks must not keep the reader from starting.
        await Task.Yield();
        long sent = 0;
        var token = _life.Token;
        try
        {
            var source = items.GetAsyncEnumerator(token);
            await using (source.ConfigureAwait(false))
            {
                // The slot comes first: an item is not even read from its file before there is room for it.
                await slots.WaitAsync(token).ConfigureAwait(false);
                while (await source.MoveNextAsync().ConfigureAwait(false))
                {
                    foreach (var message in _shape.Messages(source.Current, Limits))
                    {
                        if (!await Try(() => _call.RequestStream.WriteAsync(message, token)).ConfigureAwait(false)) return sent;
                    }

                    sent++;
                    await slots.WaitAsync(token).ConfigureAwait(false);
                }
            }

            await Try(_call.RequestStream.CompleteAsync).ConfigureAwait(false);
            return sent;
        }
        catch
        {
            // The source's failure: cancelling makes the reader stop, and Next tells it.
            await _life.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>False when the call has ended: the reader finds the service's status and must not be cancelled before it does.</summary>
    private async Task<bool> Try(Func<Task> write)
    {
        try
        {
            await write().ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            _life.CancelAfter(ServiceClient.StatusGrace);
            return false;
        }
    }

    private static UaaGanClientException BrokenProtocol(ServiceClient client, string how) =>
        new(StatusCode.Internal, $"{client.Service} broke the stream's rules: {how}.");
}
