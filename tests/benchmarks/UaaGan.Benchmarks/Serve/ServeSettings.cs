namespace UaaGan.Benchmarks;

/// <summary>What bench serve does.</summary>
internal sealed record ServeSettings
{
    /// <summary>Networks, of <see cref="ServedModel.Names"/>.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Images a batch, of all contenders.</summary>
    public required int Batch { get; init; }

    /// <summary>Threads of torch and of the decoders, of all contenders, in the comparison of rates.</summary>
    public required int Threads { get; init; }

    /// <summary>Images a round.</summary>
    public required int Images { get; init; }

    /// <summary>Rounds; the median is shown.</summary>
    public required int Rounds { get; init; }

    /// <summary>Seconds of each level of the loops.</summary>
    public required double Seconds { get; init; }

    /// <summary>Callers of the closed loop.</summary>
    public required IReadOnlyList<int> Concurrencies { get; init; }

    /// <summary>Rates of the open loop, in multiples of the capacity.</summary>
    public required IReadOnlyList<double> Rates { get; init; }

    /// <summary>Milliseconds of computation that may wait in the service's queue; null: its default.</summary>
    public required int? QueueMilliseconds { get; init; }

    /// <summary>Streams at once; 0: leave that out.</summary>
    public required int Streams { get; init; }

    /// <summary>Whether PyTorch behind grpcio takes part.</summary>
    public required bool Peer { get; init; }
}
