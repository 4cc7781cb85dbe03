using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>What an architecture is made with.</summary>
public sealed record ArchitectureOptions
{
    /// <summary>Global pooling, for the architectures that pool.</summary>
    public PoolingKind Pooling { get; init; } = PoolingKind.Average;

    /// <summary>Exponent of the generalized mean, unless the weights hold a learned one. Greater than 0, at most 100; default 3.</summary>
    public double GemExponent { get; init; } = 3;

    /// <summary>The architecture's own options, such as width, by name.</summary>
    public IReadOnlyDictionary<string, int> Values { get; init; } = new Dictionary<string, int>();

    /// <summary>One of the architecture's own options.</summary>
    /// <exception cref="FailureException">InvalidArgument ARCHITECTURE_OPTION_INVALID: it is out of its bounds.</exception>
    internal int Value(string name, int fallback, int minimum, int maximum)
    {
        var value = Values.GetValueOrDefault(name, fallback);
        if (value >= minimum && value <= maximum) return value;
        throw new FailureException(FailureKind.InvalidArgument, "ARCHITECTURE_OPTION_INVALID",
            $"The architecture's option {name} is {value}; it may be {minimum} to {maximum}, default {fallback}.")
        {
            Field = name,
        };
    }
}
