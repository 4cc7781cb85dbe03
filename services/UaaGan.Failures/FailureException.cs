namespace UaaGan.Failures;

/// <summary>
/// A failure that its user can understand and mend: the only exception that domain code throws on purpose.
/// The message says what is wrong, where, and what would be right. It goes over the wire, so it holds no path of the
/// server and no internals.
/// </summary>
public sealed class FailureException : Exception
{
    /// <param name="kind">What kind of failure it is.</param>
    /// <param name="reason">A constant in UPPER_SNAKE_CASE that programs may test, such as MODEL_NOT_FOUND; at most 63 characters.</param>
    /// <param name="message">For people: what is wrong, where, what would be right.</param>
    /// <param name="inner">The cause, for the log only.</param>
    public FailureException(FailureKind kind, string reason, string message, Exception? inner = null)
        : base(message, inner)
    {
        Kind = kind;
        Reason = reason;
    }

    /// <summary>What kind of failure it is.</summary>
    public FailureKind Kind { get; }

    /// <summary>A constant in UPPER_SNAKE_CASE that programs may test.</summary>
    public string Reason { get; }

    /// <summary>Path of the request's field at fault, such as settings.epsilon; null when it is no field.</summary>
    public string? Field { get; init; }

    /// <summary>Every variable of the message, by name (AIP-193).</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>The same failure as a layer tells it that knows more of the request.</summary>
    /// <param name="field">Path of the request's field at fault; null when it is no field.</param>
    /// <param name="message">The message; null keeps it.</param>
    /// <param name="metadata">Variables that the message gains.</param>
    public FailureException Retell(string? field, string? message = null, params ReadOnlySpan<(string Name, string Value)> metadata)
    {
        var all = new Dictionary<string, string>(Metadata);
        foreach (var (name, value) in metadata) all[name] = value;
        return new FailureException(Kind, Reason, message ?? Message, InnerException) { Field = field, Metadata = all };
    }
}
