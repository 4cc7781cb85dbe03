using System.Runtime.CompilerServices;
using Grpc.Core;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>Reads request streams of the suite's one shape: settings in the first message, items or pieces of them in the later ones.</summary>
public sealed class ItemReader(IOptions<ServiceOptions> options, IHostApplicationLifetime lifetime)
{
    /// <summary>Reads the first message, which must carry the settings.</summary>
    /// <param name="requests">The stream, not yet read.</param>
    /// <param name="settings">The settings of a message; null when it carries none.</param>
    /// <param name="cancellation">The call's token.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT when the stream is empty or begins with something else.</exception>
    public static async Task<TSettings> ReadSettingsAsync<TRequest, TSettings>(
        IAsyncStreamReader<TRequest> requests, Func<TRequest, TSettings?> settings, CancellationToken cancellation)
        where TSettings : class
    {
        if (await requests.MoveNext(cancellation) && settings(requests.Current) is { } first) return first;
        throw new FailureException(
            FailureKind.InvalidArgument, "SETTINGS_MISSING", "The first message of the stream must carry its settings.") { Field = "settings" };
    }

    /// <summary>
    /// Reads the items that follow, until the caller closes its side. Items at fault come as entries with a failure; a broken
    /// protocol is thrown.
    /// </summary>
    /// <param name="requests">The stream, after its first message.</param>
    /// <param name="item">What a message carries; null when it carries no item.</param>
    /// <param name="assembler">Makes items of it.</param>
    /// <param name="cancellation">The call's token.</param>
    /// <exception cref="FailureException">INVALID_ARGUMENT for a broken protocol; UNAVAILABLE when the service stops meanwhile.</exception>
    public async IAsyncEnumerable<StreamEntry<TItem>> ReadItemsAsync<TRequest, TWire, TItem>(
        IAsyncStreamReader<TRequest> requests, Func<TRequest, TWire?> item, IItemAssembler<TWire, TItem> assembler,
        [EnumeratorCancellation] CancellationToken cancellation)
        where TWire : class
        where TItem : class
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(assembler);
        while (await MoveNextAsync(requests, cancellation))
        {
            if (item(requests.Current) is not { } wire)
            {
                throw new FailureException(
                    FailureKind.InvalidArgument, "ITEM_MISSING", "Every message after the first must carry an item; settings come once.") { Field = "item" };
            }

            if (assembler.Add(wire) is not { } entry) continue;
            if (entry.Index >= (ulong)options.Value.MaxItemsPerStream)
            {
                throw new FailureException(
                    FailureKind.ResourceExhausted, "STREAM_TOO_LONG",
                    $"The stream has more than {options.Value.MaxItemsPerStream} items; send the rest in another stream.");
            }

            yield return entry;
        }

        if (assembler.End() is { } cut) yield return cut;
    }

    // A request to stop must not wait for a caller who sends nothing, and the call's token knows nothing of it.
    private async Task<bool> MoveNextAsync<TRequest>(IAsyncStreamReader<TRequest> requests, CancellationToken cancellation)
    {
        if (lifetime.ApplicationStopping.IsCancellationRequested) throw Stopping();
        var next = requests.MoveNext(cancellation);
        if (next.IsCompleted) return await next;

        var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = lifetime.ApplicationStopping.UnsafeRegister(source => ((TaskCompletionSource)source!).TrySetResult(), stopping);
        if (await Task.WhenAny(next, stopping.Task) == next) return await next;

        // The read ends with the call that this failure ends; nobody waits for it any more.
        _ = next.ContinueWith(read => read.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        throw Stopping();
    }

    private static FailureException Stopping() => new(
        FailureKind.Unavailable, "SERVICE_STOPPING",
        "The service is stopping; send what was not answered again, to another replica or in a moment.");
}
