using System.Text.Json;
using TorchSharp;

namespace UaaGan.Networks;

/// <summary>
/// The JSON header of a safetensors file, read with every check of the format: known number formats, sizes that multiply to the
/// length of the data, tensors that lie side by side without gap or overlap and end where the file ends, no key twice.
/// </summary>
internal static class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    public static (IReadOnlyDictionary<string, StateTensor> Entries, IReadOnlyDictionary<string, string> Metadata) Parse(
        ReadOnlySpan<byte> json, long dataLength)
    {
        var entries = new SortedDictionary<string, StateTensor>(StringComparer.Ordinal);
        var metadata = new SortedDictionary<string, string>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = 4 });
            Expect(ref reader, JsonTokenType.StartObject, "the header");
            var sawMetadata = false;
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                if (name == MetadataKey)
                {
                    if (sawMetadata) throw SafetensorsFailure.Damaged("it has two __metadata__ objects");
                    sawMetadata = true;
                    ReadMetadata(ref reader, metadata);
                }
                else if (!entries.TryAdd(name, ReadEntry(ref reader, name, dataLength)))
                {
                    throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(name)}' is listed twice");
                }
            }

            if (reader.Read()) throw SafetensorsFailure.Damaged("something follows its header's object");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw SafetensorsFailure.Damaged("its header is no JSON of the expected form", exception);
        }

        CheckLayout(entries.Values.Cast<SafetensorsEntry>(), dataLength);
        return (entries, metadata);
    }

    private static void ReadMetadata(ref Utf8JsonReader reader, SortedDictionary<string, string> metadata)
    {
        Expect(ref reader, JsonTokenType.StartObject, MetadataKey);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var key = reader.GetString()!;
            Expect(ref reader, JsonTokenType.String, MetadataKey);
            if (!metadata.TryAdd(key, reader.GetString()!)) throw SafetensorsFailure.Damaged($"its metadata has '{WeightsFailure.Shorten(key)}' twice");
        }
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name, long dataLength)
    {
        Expect(ref reader, JsonTokenType.StartObject, name);
        string? typeName = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            switch (reader.GetString())
            {
                case "dtype" when typeName is null:
                    Expect(ref reader, JsonTokenType.String, name);
                    typeName = reader.GetString();
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, maximum: 16);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, maximum: 2);
                    break;
                default:
                    throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(name)}' has a field twice or one that is none of dtype, shape, data_offsets");
            }
        }

        if (typeName is null || shape is null || offsets is not { Count: 2 })
            throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(name)}' needs dtype, shape and two data_offsets");
        if (!SafetensorsDataTypes.TryParse(typeName, out var type))
            throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(name)}' has the number format '{WeightsFailure.Shorten(typeName)}', known are {SafetensorsDataTypes.Names}");
        CheckLength(name, type, shape, offsets[0], offsets[1], dataLength);
        return new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private static void CheckLength(string name, torch.ScalarType type, List<long> shape, long begin, long end, long dataLength)
    {
        if (begin > end || end > dataLength)
            throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(name)}' lies at {begin} to {end} of {dataLength} bytes of data");
        var bytesPerElement = SafetensorsDataTypes.Bytes(type);
        if (StoredBytes.Elements(shape, bytesPerElement) * bytesPerElement != end - begin)
            throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(name)}' of shape [{string.Join(", ", shape)}] does not fill its {end - begin} bytes, or is larger than {StoredBytes.MaxTensorBytes}");
    }

    private static void CheckLayout(IEnumerable<SafetensorsEntry> entries, long dataLength)
    {
        long position = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != position)
                throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(entry.Name)}' begins at byte {entry.Begin} of the data where {position} is expected: there is a gap or an overlap");
            position = entry.End;
        }

        if (position != dataLength)
            throw SafetensorsFailure.Damaged($"its tensors end at byte {position} of the data and the file has {dataLength}");
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string name, int maximum)
    {
        Expect(ref reader, JsonTokenType.StartArray, name);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out var number) || number < 0 || numbers.Count == maximum)
                throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(name)}' has a size or an offset that is no number from 0, or too many of them");
            numbers.Add(number);
        }

        if (reader.TokenType != JsonTokenType.EndArray) throw SafetensorsFailure.Damaged($"the tensor '{WeightsFailure.Shorten(name)}' has a list that holds more than numbers");
        return numbers;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string where)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw SafetensorsFailure.Damaged($"'{WeightsFailure.Shorten(where)}' in its header should be a {type} and is a {reader.TokenType}");
    }
}
