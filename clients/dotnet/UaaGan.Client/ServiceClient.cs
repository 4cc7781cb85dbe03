using System.Runtime.CompilerServices;
using Grpc.Core;
using Grpc.Net.Client;

namespace UaaGan.Client;

/// <summary>What the three clients share: the channel, deadlines and errors. Safe for concurrent use.</summary>
public abstract class ServiceClient : IDisposable
{
    /// <summary>How long the service's status may take to arrive after a write to it failed.</summary>
    internal static readonly TimeSpan StatusGrace = TimeSpan.FromSeconds(10);

    private readonly GrpcChannel? _owned;

    private protected ServiceClient(string service, GrpcChannel channel, Uri? address, bool owned, ClientOptions? options)
    {
        ArgumentNullException.ThrowIfNull(channel);
        Service = service;
        Address = address;
        Options = options ?? new ClientOptions();
        _owned = owned ? channel : null;
    }

    /// <summary>Name of the service, as messages spell it.</summary>
    public string Service { get; }

    /// <summary>Where the service is; null for a channel that was given.</summary>
    public Uri? Address { get; }

    internal ClientOptions Options { get; }

    /// <summary>Closes the channel, if this client opened it.</summary>
    public void Dispose()
    {
        _owned?.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected async Task<T> Unary<T>(Func<CallOptions, AsyncUnaryCall<T>> start, CancellationToken cancellationToken)
    {
        try
        {
            using var call = start(new CallOptions(Options.Headers(), DateTime.UtcNow + Options.UnaryDeadline, cancellationToken));
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw Readable(exception, cancellationToken);
        }
    }

    /// <summary>Uploads a stream and waits for its one answer.</summary>
    private protected async Task<TResponse> Upload<TRequest, TResponse>(
        Func<CallOptions, AsyncClientStreamingCall<TRequest, TResponse>> start, IAsyncEnumerable<TRequest> messages, CancellationToken cancellationToken)
    {
        // Cancels the call when the source of the messages throws: the service must not take half an upload for a whole one.
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var call = start(new CallOptions(Options.Headers(), cancellationToken: life.Token));
        try
        {
            await foreach (var message in messages.WithCancellation(cancellationToken).ConfigureAwait(false))
            {
                if (!await TryWrite(call, message, cancellationToken).ConfigureAwait(false))
                {
                    life.CancelAfter(StatusGrace);
                    return await call.ResponseAsync.ConfigureAwait(false);
                }
            }

            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw Readable(exception, cancellationToken);
        }
        finally
        {
            await life.CancelAsync().ConfigureAwait(false);
        }
    }

    private protected async IAsyncEnumerable<T> ServerStream<T>(
        Func<CallOptions, AsyncServerStreamingCall<T>> start, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = start(new CallOptions(Options.Headers(), cancellationToken: cancellationToken));
        while (await MoveNext(call.ResponseStream, cancellationToken).ConfigureAwait(false)) yield return call.ResponseStream.Current;
    }

    /// <summary>All items of a paged listing.</summary>
    private protected static async IAsyncEnumerable<T> Pages<T>(
        Func<string, Task<(IEnumerable<T> Items, string NextPageToken)>> page, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var token = "";
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (items, next) = await page(token).ConfigureAwait(false);
            foreach (var item in items) yield return item;
            token = next;
        }
        while (token.Length > 0);
    }

    internal Exception Readable(RpcException exception, CancellationToken cancellationToken) => cancellationToken.IsCancellationRequested
        ? new OperationCanceledException($"The call to {Service} was cancelled.", exception, cancellationToken)
        : UaaGanClientException.FromCall(exception, Service, Address);

    private async Task<bool> MoveNext<T>(IAsyncStreamReader<T> reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.MoveNext(cancellationToken).ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            throw Readable(exception, cancellationToken);
        }
    }

    /// <summary>False when the service has ended the call before the upload did: its answer, or its error, is on its way.</summary>
    private static async Task<bool> TryWrite<TRequest, TResponse>(
        AsyncClientStreamingCall<TRequest, TResponse> call, TRequest message, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(message, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception exception) when (exception is RpcException or InvalidOperationException or IOException)
        {
            return false;
        }
    }
}
