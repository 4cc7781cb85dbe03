using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Google.Protobuf;
using UaaGan.Protos.Common.V1;

namespace UaaGan.Client;

/// <summary>Between a feature on the wire (little-endian float32) and an array.</summary>
public static class FeatureVectors
{
    /// <summary>The components of a feature. Throws <see cref="FormatException"/> when its length and dimension disagree.</summary>
    public static float[] ToArray(this Feature feature)
    {
        ArgumentNullException.ThrowIfNull(feature);
        if (feature.DataType is not (DataType.Unspecified or DataType.Float32))
            throw new FormatException($"The feature's data type is {feature.DataType}; this client reads float32.");
        if (feature.Data.Length != (long)feature.Dimension * sizeof(float))
            throw new FormatException($"The feature has {feature.Data.Length} bytes; {feature.Dimension} float32 components need {(long)feature.Dimension * sizeof(float)}.");
        var bytes = feature.Data.Span;
        var components = new float[feature.Dimension];
        for (var d = 0; d < components.Length; d++) components[d] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(d * sizeof(float))..]);
        return components;
    }

    /// <summary>A feature of these components.</summary>
    public static Feature ToFeature(ReadOnlySpan<float> components)
    {
        if (BitConverter.IsLittleEndian) return Make(ByteString.CopyFrom(MemoryMarshal.AsBytes(components)), components.Length);
        var bytes = new byte[components.Length * sizeof(float)];
        for (var d = 0; d < components.Length; d++) BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(d * sizeof(float)), components[d]);
        return Make(ByteString.CopyFrom(bytes), components.Length);
    }

    private static Feature Make(ByteString data, int dimension) =>
        new() { Data = data, DataType = DataType.Float32, Dimension = (uint)dimension };
}
