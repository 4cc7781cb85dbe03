using System.Text.Json.Serialization;

namespace UaaGan.Networks;

/// <summary>How a feature map becomes one vector.</summary>
public enum PoolingKind
{
    /// <summary>The mean over positions (SPoC; Babenko, Lempitsky, ICCV 2015).</summary>
    [JsonStringEnumMemberName("avg")]
    Average,

    /// <summary>Generalized mean: (mean x^p)^(1/p).</summary>
    [JsonStringEnumMemberName("gem")]
    GeneralizedMean,

    /// <summary>The maximum over positions (MAC; Razavian, Sullivan, Carlsson, Maki, 2016).</summary>
    [JsonStringEnumMemberName("mac")]
    Maximum,

    /// <summary>The sum of the unit vectors of the maximum over regions (R-MAC; Tolias, Sicre, Jegou, ICLR 2016).</summary>
    [JsonStringEnumMemberName("rmac")]
    RegionalMaximum,
}
