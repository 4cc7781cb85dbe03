using System.Globalization;
using UaaGan.Failures;
using UaaGan.Protos.Inference;

namespace UaaGan.Hosting;

/// <summary>Parameters of the Open Inference Protocol as text, since a client's language decides whether 20 is an integer, a double or a string.</summary>
internal static class InferenceParameters
{
    /// <exception cref="FailureException">INVALID_ARGUMENT: one without a value.</exception>
    public static Dictionary<string, string> Read(IEnumerable<KeyValuePair<string, InferParameter>> parameters) =>
        parameters.ToDictionary(parameter => parameter.Key, parameter => Text(parameter.Key, parameter.Value), StringComparer.Ordinal);

    private static string Text(string name, InferParameter value) => value.ParameterChoiceCase switch
    {
        InferParameter.ParameterChoiceOneofCase.BoolParam => value.BoolParam ? "true" : "false",
        InferParameter.ParameterChoiceOneofCase.Int64Param => value.Int64Param.ToString(CultureInfo.InvariantCulture),
        InferParameter.ParameterChoiceOneofCase.StringParam => value.StringParam,
        InferParameter.ParameterChoiceOneofCase.DoubleParam => value.DoubleParam.ToString("R", CultureInfo.InvariantCulture),
        InferParameter.ParameterChoiceOneofCase.Uint64Param => value.Uint64Param.ToString(CultureInfo.InvariantCulture),
        _ => throw new FailureException(FailureKind.InvalidArgument, "PARAMETER_EMPTY", $"The parameter '{name}' has no value.") { Field = $"parameters.{name}" },
    };
}
