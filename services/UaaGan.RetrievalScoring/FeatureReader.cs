using System.Runtime.InteropServices;
using UaaGan.Failures;
using UaaGan.Protos.Common.V1;

namespace UaaGan.RetrievalScoring;

/// <summary>Reads features as they come over the wire.</summary>
internal static class FeatureReader
{
    /// <summary>The components of a feature, without a copy. Whether they make a feature is for <see cref="Retrieval.UnitFeature"/> to say.</summary>
    /// <exception cref="FailureException">INVALID_ARGUMENT: no feature, another format, or a length that its dimension denies.</exception>
    public static ReadOnlySpan<float> Read(Feature? feature)
    {
        if (feature is null) throw Failure("FEATURE_MISSING", "There is no feature.");
        if (feature.DataType is not (DataType.Unspecified or DataType.Float32))
        {
            throw Failure("BAD_DATA_TYPE", $"The feature has data type {(int)feature.DataType}; it must be {(int)DataType.Float32}, float32.");
        }

        if (feature.Dimension is 0 or > Retrieval.UnitFeature.MaxDimension)
        {
            throw Failure("BAD_DIMENSION", $"The feature has dimension {feature.Dimension}; it must be 1 to {Retrieval.UnitFeature.MaxDimension}.");
        }

        if (feature.Data.Length != feature.Dimension * sizeof(float))
        {
            throw Failure(
                "BAD_FEATURE_LENGTH",
                $"The feature has {feature.Data.Length} bytes; its dimension {feature.Dimension} needs {feature.Dimension * sizeof(float)}.");
        }

        // The wire is little-endian, as is every machine that this suite is built for.
        return MemoryMarshal.Cast<byte, float>(feature.Data.Span);
    }

    private static FailureException Failure(string reason, string message) =>
        new(FailureKind.InvalidArgument, reason, message) { Field = "feature" };
}
