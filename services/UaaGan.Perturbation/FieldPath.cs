using UaaGan.Failures;

namespace UaaGan.Perturbation;

/// <summary>Paths of request fields in failures.</summary>
internal static class FieldPath
{
    /// <summary>The failure of a message, seen from the request that holds it: epsilon becomes settings.epsilon.</summary>
    public static FailureException Within(this FailureException failure, string path) =>
        failure.Retell(failure.Field is { Length: > 0 } field && field != path ? $"{path}.{field}" : path);

    /// <summary>A required field that is not set.</summary>
    public static FailureException Missing(string field, string hint) =>
        new(FailureKind.InvalidArgument, "FIELD_MISSING", $"{field} is missing; {hint}.") { Field = field };
}
