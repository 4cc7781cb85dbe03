using System.Text.Json;
using System.Text.Json.Serialization;

namespace UaaGan.Networks;

/// <summary>A card as the text of model.json.</summary>
public static class ModelCardJson
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        AllowDuplicateProperties = false,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        WriteIndented = true,
        Converters = { new ExactEnumConverter<ResizeMode>(), new ExactEnumConverter<ChannelOrder>(), new ExactEnumConverter<PoolingKind>() },
    };

    /// <summary>The card as indented JSON in snake_case, with a line feed at its end.</summary>
    public static string Write(ModelCard card) => JsonSerializer.Serialize(card, Options) + "\n";

    /// <summary>Reads and checks a card.</summary>
    /// <exception cref="Failures.FailureException">InvalidArgument MODEL_CARD_INVALID or MODEL_NAME_INVALID: a field is unknown, lacking or wrong.</exception>
    public static ModelCard Read(ReadOnlySpan<byte> json)
    {
        ModelCard card;
        try
        {
            card = JsonSerializer.Deserialize<ModelCard>(json, Options) ?? throw ModelFailure.CardInvalid("card", "is null");
        }
        catch (JsonException exception)
        {
            var where = string.IsNullOrEmpty(exception.Path) || exception.Path == "$" ? "card" : exception.Path.TrimStart('$', '.');
            throw ModelFailure.CardInvalid(where, $"is not as a model.json should be: {exception.Message.Split(" Path:")[0].TrimEnd('.')}");
        }

        ModelCardRules.Check(card);
        return card;
    }
}
