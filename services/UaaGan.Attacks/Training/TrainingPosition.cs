using System.Text.Json;

namespace UaaGan.Attacks;

/// <summary>Everything without weights that a training changes. A checkpoint holds it as JSON.</summary>
internal sealed class TrainingPosition
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    /// <summary>Steps done.</summary>
    public long Step { get; set; }

    /// <summary>Steps to do; 0 while not yet known.</summary>
    public long TotalSteps { get; set; }

    /// <summary>Seconds of training, pauses left out.</summary>
    public double ElapsedSeconds { get; set; }

    /// <summary>Parts that each batch is computed in; another number gives other roundings.</summary>
    public int Shards { get; set; }

    /// <summary>Highest score of a validation so far.</summary>
    public double BestScore { get; set; } = double.NegativeInfinity;

    /// <summary>Steps done at the best validation.</summary>
    public long BestStep { get; set; }

    /// <summary>Validations since the best one.</summary>
    public int ValidationsSinceBest { get; set; }

    /// <summary>All validations so far.</summary>
    public List<ValidationResult> Validations { get; set; } = [];

    /// <summary>What the training was asked to do; a checkpoint continues no other.</summary>
    public string Settings { get; set; } = "";

    /// <summary>SHA-256 of its images.</summary>
    public string ImagesSha256 { get; set; } = "";

    /// <summary>Whether the step just done is one of those, evenly spread, after which a run is validated so many times.</summary>
    public bool IsValidationDue(long times) => TotalSteps > 0 && Step * times / TotalSteps > (Step - 1) * times / TotalSteps;

    /// <summary>Whether so many validations in a row were no better than one before; 0: never.</summary>
    public bool IsOutOfPatience(int patience) => patience > 0 && ValidationsSinceBest >= patience;

    public string ToJson() => JsonSerializer.Serialize(this, Json);

    /// <exception cref="JsonException">The text is something else.</exception>
    public static TrainingPosition FromJson(string json) =>
        JsonSerializer.Deserialize<TrainingPosition>(json, Json) ?? throw new JsonException("the position is null");
}
