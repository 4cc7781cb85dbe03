using UaaGan.Protos.Common.V1;
using RpcStatus = Google.Rpc.Status;

namespace UaaGan.Client;

/// <summary>What became of one item of a stream: a value, or its own failure. Other items are unharmed by it.</summary>
/// <typeparam name="T">The value.</typeparam>
public sealed class ItemOutcome<T>
{
    private readonly T? _value;

    internal ItemOutcome(string id, ulong index, T? value, RpcStatus? error, Timing? timing)
        : this(id, index, value, error is null ? null : UaaGanClientException.FromStatus(error), timing)
    {
    }

    private ItemOutcome(string id, ulong index, T? value, UaaGanClientException? error, Timing? timing)
    {
        Id = id;
        Index = index;
        _value = value;
        Error = error;
        Timing = timing;
    }

    /// <summary>The item's id.</summary>
    public string Id { get; }

    /// <summary>The item's position in its source, from 0.</summary>
    public ulong Index { get; }

    /// <summary>Why there is no value; null when there is one.</summary>
    public UaaGanClientException? Error { get; }

    /// <summary>Where the time went, when the service tells.</summary>
    public Timing? Timing { get; }

    /// <summary>The value. Throws <see cref="Error"/> when there is none.</summary>
    public T Value => Error is null ? _value! : throw Error;

    /// <summary>The same outcome at another position.</summary>
    internal ItemOutcome<T> At(ulong index) => new(Id, index, _value, Error, Timing);
}
