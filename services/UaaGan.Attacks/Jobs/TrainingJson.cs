using System.Text.Json;
using System.Text.Json.Serialization;
using UaaGan.Imaging;

namespace UaaGan.Attacks;

/// <summary>Settings, progress and errors of jobs as the text of a store's columns.</summary>
internal static class TrainingJson
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new EpsilonConverter(), new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseUpper) },
    };

    public static string Write<T>(T value) => JsonSerializer.Serialize(value, Json);

    public static T Read<T>(string json)
        where T : class => JsonSerializer.Deserialize<T>(json, Json) ?? throw new JsonException("the value is null");

    private sealed class EpsilonConverter : JsonConverter<Epsilon>
    {
        public override Epsilon Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Epsilon.Parse(reader.GetString());

        public override void Write(Utf8JsonWriter writer, Epsilon value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }
}
