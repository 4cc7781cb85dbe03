using System.Text.Json.Nodes;

namespace UaaGan.Failures;

/// <summary>A failure between two programs of the suite that talk in JSON: <c>{"kind", "reason", "message"}</c>.</summary>
public static class FailureJson
{
    /// <summary>The failure as JSON.</summary>
    public static JsonObject Write(FailureException failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new JsonObject { ["kind"] = failure.Kind.ToString(), ["reason"] = failure.Reason, ["message"] = failure.Message };
    }

    /// <summary>What <see cref="Write"/> wrote.</summary>
    public static FailureException Read(JsonNode error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new FailureException(Enum.Parse<FailureKind>((string)error["kind"]!), (string)error["reason"]!, (string)error["message"]!);
    }
}
