using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace UaaGan.Networks;

/// <summary>Enumeration values by their names in JSON, and by nothing else: the built-in converter also takes spaces around them.</summary>
internal sealed class ExactEnumConverter<T> : JsonConverter<T>
    where T : struct, Enum
{
    private static readonly Dictionary<T, string> Names = Enum.GetValues<T>().ToDictionary(
        value => value, value => typeof(T).GetField($"{value}")!.GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name);

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.TokenType == JsonTokenType.String ? reader.GetString() : null;
        foreach (var (value, name) in Names)
        {
            if (name == text) return value;
        }

        throw new JsonException($"it must be one of {string.Join(", ", Names.Values)}");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(Names[value]);
}
