using System.Text.Json;
using TorchSharp;
using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks;

/// <summary>
/// The JSON header of a safetensors file, read with every check of the format: known number formats, sizes that multiply to the
/// length of the data, tensors that lie side by side without gap or overlap and end where the file ends, no key twice.
/// </summary>
internal static class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    /// <summary>What an object costs with its place in the tables, at most: an entry while it is parsed, kept, sorted and read once; one of its
    /// numbers; a note without its two texts; a text without its characters.</summary>
    private const int EntryBytes = 500, NumberBytes = 24, NoteBytes = 64, TextBytes = 32;

    /// <exception cref="FailureException">DataLoss WEIGHTS_FILE_DAMAGED.</exception>
    public static (IReadOnlyDictionary<string, StateTensor> Entries, IReadOnlyDictionary<string, string> Metadata) Parse(
        ReadOnlySpan<byte> json, long dataLength, ReadBudget budget)
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
                var name = Text(ref reader, budget);
                if (name == MetadataKey)
                {
                    if (sawMetadata) throw Damaged("it has two __metadata__ objects");
                    sawMetadata = true;
                    ReadMetadata(ref reader, metadata, budget);
                }
                else if (!entries.TryAdd(name, ReadEntry(ref reader, name, dataLength, budget)))
                {
                    throw Damaged($"the tensor '{WeightsFailure.Shorten(name)}' is listed twice");
                }
            }

            if (reader.Read()) throw Damaged("something follows its header's object");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw Damaged("its header is no JSON of the expected form", exception);
        }

        CheckLayout(entries.Values.Cast<SafetensorsEntry>(), dataLength);
        return (entries, metadata);
    }

    public static FailureException Damaged(string what, Exception? inner = null) => WeightsFailure.Damaged(what, inner, "safetensors file");

    private static void ReadMetadata(ref Utf8JsonReader reader, SortedDictionary<string, string> metadata, ReadBudget budget)
    {
        Expect(ref reader, JsonTokenType.StartObject, MetadataKey);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            budget.Charge(NoteBytes);
            var key = Text(ref reader, budget);
            Expect(ref reader, JsonTokenType.String, MetadataKey);
            if (!metadata.TryAdd(key, Text(ref reader, budget))) throw Damaged($"its metadata has '{WeightsFailure.Shorten(key)}' twice");
        }
    }

    private static SafetensorsEntry ReadEntry(ref Utf8JsonReader reader, string name, long dataLength, ReadBudget budget)
    {
        budget.Charge(EntryBytes);
        Expect(ref reader, JsonTokenType.StartObject, name);
        string? typeName = null;
        List<long>? shape = null, offsets = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            switch (Text(ref reader, budget))
            {
                case "dtype" when typeName is null:
                    Expect(ref reader, JsonTokenType.String, name);
                    typeName = Text(ref reader, budget);
                    break;
                case "shape" when shape is null:
                    shape = ReadNumbers(ref reader, name, maximum: 16, budget);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = ReadNumbers(ref reader, name, maximum: 2, budget);
                    break;
                default:
                    throw Damaged($"the tensor '{WeightsFailure.Shorten(name)}' has a field twice or one that is none of dtype, shape, data_offsets");
            }
        }

        if (typeName is null || shape is null || offsets is not { Count: 2 })
            throw Damaged($"the tensor '{WeightsFailure.Shorten(name)}' needs dtype, shape and two data_offsets");
        if (!SafetensorsDataTypes.TryParse(typeName, out var type))
            throw Damaged($"the tensor '{WeightsFailure.Shorten(name)}' has the number format '{WeightsFailure.Shorten(typeName)}', known are {SafetensorsDataTypes.Names}");
        CheckLength(name, type, shape, offsets[0], offsets[1], dataLength);
        return new SafetensorsEntry(name, type, shape, offsets[0], offsets[1]);
    }

    private static void CheckLength(string name, torch.ScalarType type, List<long> shape, long begin, long end, long dataLength)
    {
        if (begin > end || end > dataLength)
            throw Damaged($"the tensor '{WeightsFailure.Shorten(name)}' lies at {begin} to {end} of {dataLength} bytes of data");
        var bytesPerElement = SafetensorsDataTypes.Bytes(type);
        if (StoredBytes.Elements(shape, bytesPerElement) * bytesPerElement != end - begin)
            throw Damaged($"the tensor '{WeightsFailure.Shorten(name)}' of shape [{string.Join(", ", shape)}] does not fill its {end - begin} bytes, or is larger than {StoredBytes.MaxTensorBytes}");
    }

    private static void CheckLayout(IEnumerable<SafetensorsEntry> entries, long dataLength)
    {
        long position = 0;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != position)
                throw Damaged($"the tensor '{WeightsFailure.Shorten(entry.Name)}' begins at byte {entry.Begin} of the data where {position} is expected: there is a gap or an overlap");
            position = entry.End;
        }

        if (position != dataLength)
            throw Damaged($"its tensors end at byte {position} of the data and the file has {dataLength}");
    }

    private static List<long> ReadNumbers(ref Utf8JsonReader reader, string name, int maximum, ReadBudget budget)
    {
        Expect(ref reader, JsonTokenType.StartArray, name);
        var numbers = new List<long>();
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            if (!reader.TryGetInt64(out var number) || number < 0 || numbers.Count == maximum)
                throw Damaged($"the tensor '{WeightsFailure.Shorten(name)}' has a size or an offset that is no number from 0, or too many of them");
            budget.Charge(NumberBytes);
            numbers.Add(number);
        }

        if (reader.TokenType != JsonTokenType.EndArray) throw Damaged($"the tensor '{WeightsFailure.Shorten(name)}' has a list that holds more than numbers");
        return numbers;
    }

    /// <summary>The text that the reader stands on; one with escapes takes a buffer beside its characters.</summary>
    private static string Text(ref Utf8JsonReader reader, ReadBudget budget)
    {
        budget.Charge(TextBytes + (reader.ValueIsEscaped ? 4L : 2L) * reader.ValueSpan.Length);
        return reader.GetString()!;
    }

    private static void Expect(ref Utf8JsonReader reader, JsonTokenType type, string where)
    {
        if (!reader.Read() || reader.TokenType != type)
            throw Damaged($"'{WeightsFailure.Shorten(where)}' in its header should be a {type} and is a {reader.TokenType}");
    }
}
