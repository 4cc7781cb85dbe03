using Grpc.Core;

namespace UaaGan.Client;

/// <summary>When the items of a stream are sent again: after a stream that broke, and after a refusal for the moment. An answer is a
/// function of the item, and an upsert replaces, so that sending twice changes nothing; each item is answered once.</summary>
public sealed record RetryPolicy
{
    private readonly int _attempts = 8;
    private readonly TimeSpan _delay = TimeSpan.FromMilliseconds(200);
    private readonly TimeSpan _maxDelay = TimeSpan.FromSeconds(5);

    /// <summary>Never sends an item twice.</summary>
    public static RetryPolicy None { get; } = new() { Attempts = 1 };

    /// <summary>How often in a row a stream may break before an item is answered, and how often one item may be refused, at least 1. Default: 8.</summary>
    public int Attempts
    {
        get => _attempts;
        init => _attempts = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Attempts), value, $"Attempts is {value}; it must be at least 1.");
    }

    /// <summary>Pause before the second attempt, at least 0; doubled for each further one, with jitter. Default: 200 ms.</summary>
    public TimeSpan Delay
    {
        get => _delay;
        init => _delay = NotNegative(value, nameof(Delay));
    }

    /// <summary>Longest pause, also of those that a service asks for, at least 0. Default: 5 seconds.</summary>
    public TimeSpan MaxDelay
    {
        get => _maxDelay;
        init => _maxDelay = NotNegative(value, nameof(MaxDelay));
    }

    /// <summary>Whether the same item may be answered a moment later, or by another replica.</summary>
    internal static bool MayPass(UaaGanClientException error) =>
        error.Code == StatusCode.Unavailable || (error.Code == StatusCode.ResourceExhausted && error.RetryAfter is not null);

    /// <summary>The pause after so many failures in a row, from 1.</summary>
    internal TimeSpan Pause(int failures, TimeSpan? asked)
    {
        // Jitter keeps the callers of a replica that died from arriving together at the next one.
        var wait = asked ?? _delay * (Math.Pow(2, failures - 1) * (0.5 + (Random.Shared.NextDouble() / 2)));
        return wait < _maxDelay ? wait : _maxDelay;
    }

    private static TimeSpan NotNegative(TimeSpan value, string name) => value >= TimeSpan.Zero
        ? value
        : throw new ArgumentOutOfRangeException(name, value, $"{name} is {value}; it must not be negative.");
}
