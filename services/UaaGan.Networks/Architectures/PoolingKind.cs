using System.Text.Json.Serialization;

namespace UaaGan.Networks;

/// <summary>How a feature map becomes one vector.</summary>
public enum PoolingKind
{
    /// <summary>The mean over positions.</summary>
    [JsonStringEnumMemberName("avg")]
    Average,

    /// <summary>Generalized mean: (mean x^p)^(1/p).</summary>
    [JsonStringEnumMemberName("gem")]
    GeneralizedMean,
}
