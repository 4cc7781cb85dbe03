using UaaGan.Failures;

namespace UaaGan.Hosting;

/// <summary>What a service adds to a failure of the domain, which knows no request.</summary>
public static class FailureExtensions
{
    /// <summary>The same failure with the path of the request's field at fault, unless it has one.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="field">Such as settings.epsilon.</param>
    public static FailureException At(this FailureException failure, string field) =>
        failure.Field is not null ? failure : failure.Retell(field);
}
