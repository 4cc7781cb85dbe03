using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

/// <summary>model.schema.json against the reader of cards, with Debian's python3-jsonschema as the schema's judge.</summary>
public class ModelCardSchemaTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(ModelCardSchema.Text)!.AsObject();

    private static IEnumerable<string> Required => Schema["required"]!.AsArray().Select(name => (string)name!);

    [Fact]
    public void Fields_and_what_must_be_there_are_those_of_the_card()
    {
        Same(typeof(ModelCard), Schema);
        Same(typeof(InputSize), Schema["properties"]!["input"]!);
        Same(typeof(WeightsFile), Schema["$defs"]!["file"]!);
        Same(typeof(OriginalWeights), Schema["$defs"]!["file"]!["properties"]!["original"]!);
        Same(typeof(CheckFeature), Schema["properties"]!["check"]!);
        Assert.Equal(ModelForm.Architectures, Schema["properties"]!["architecture"]!["enum"]!.AsArray().Select(name => (string)name!).Order(StringComparer.Ordinal));

        static void Same(Type type, JsonNode schema)
        {
            var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(property => property.GetCustomAttribute<JsonIgnoreAttribute>() is null).ToList();
            Assert.Equal(properties.Select(Name).Order(), schema["properties"]!.AsObject().Select(pair => pair.Key).Order());
            Assert.False((bool)schema["additionalProperties"]!);
            var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).First();
            var demanded = constructor.GetParameters().Where(parameter => !parameter.HasDefaultValue).Select(parameter => parameter.Name);
            var required = properties
                .Where(property => property.GetCustomAttribute<System.Runtime.CompilerServices.RequiredMemberAttribute>() is not null || demanded.Contains(property.Name));
            Assert.Equal(required.Select(Name).Order(), schema["required"]!.AsArray().Select(name => (string)name!).Order());
        }

        static string Name(PropertyInfo property) => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
    }

    [Fact]
    public void Every_field_is_described_and_defaults_are_those_of_the_reader()
    {
        var written = JsonNode.Parse(ModelCardJson.Write(TestCards.Demo()))!;
        foreach (var (name, field) in Schema["properties"]!.AsObject())
        {
            Assert.False(string.IsNullOrWhiteSpace((string?)field!["description"]), name);
            if (Required.Contains(name)) continue;
            // Null is left out where it is written.
            Assert.True(JsonNode.DeepEquals(field["default"], written[name]), $"{name}: {field["default"]} and {written[name]}");
        }

        Assert.DoesNotContain(Schema["$id"]!.ToString(), "://", StringComparison.Ordinal);
    }

    [Fact]
    public void The_schema_gives_the_verdict_of_the_reader()
    {
        var cases = Cases().ToList();
        var verdicts = Judge(cases.Select(test => test.Card));
        for (var i = 0; i < cases.Count; i++)
        {
            var read = Read(cases[i].Card);
            var told = $"{cases[i].Card?.ToJsonString() ?? "null"}: schema: {verdicts[i] ?? "valid"}; reader: {read ?? "valid"}";
            Assert.True((cases[i].Right, cases[i].Right) == (verdicts[i] is null, read is null), told);
        }
    }

    [Fact]
    public void What_a_schema_cannot_say_the_reader_refuses_by_field()
    {
        (string Field, string Value)[] cases =
        [
            ("pad", "[24,0,24,0]"), ("short_side", "63"), ("scales", "[0.1]"), ("scales", "[1,65]"), ("batch_sizes", "[4,2]"), ("check", "{\"feature\":[1]}"), ("version", "1.0"),
        ];
        var cards = cases.Select(change => ModelCardCases.Card(change)).ToList();
        Assert.All(Judge(cards), Assert.Null);
        Assert.Equal(cases.Select(change => change.Field), cards.Select(card => Read(card)!.Split('.')[0]));
    }

    private static IEnumerable<(JsonNode? Card, bool Right)> Cases()
    {
        yield return (ModelCardCases.Card(), true);
        foreach (var (field, values) in ModelCardCases.Right)
        {
            foreach (var value in values) yield return (ModelCardCases.Card((field, value)), true);
        }

        foreach (var (field, values) in ModelCardCases.Wrong)
        {
            foreach (var value in values) yield return (ModelCardCases.Card((field, value)), false);
        }

        foreach (var required in Required)
        {
            var card = ModelCardCases.Card();
            card.Remove(required);
            yield return (card, false);
        }

        yield return (null, false);
        yield return (new JsonArray(), false);

        foreach (var (other, value) in new[] { ("flip", "true"), ("scales", "[1,0.5]"), ("whitening", ModelCardCases.File("w.safetensors")) })
            yield return (ModelCardCases.Card(("l2_normalise", "false"), (other, value)), false);

        yield return (ModelCardCases.Card(("resize", "\"none\""), ("short_side", "64")), false);
        yield return (Form("osnet_x1_0", "w.safetensors", null, "bfloat16"), true);
        yield return (Form("osnet_x1_0", "w.pt", "libtorch", "float32"), false);
        yield return (Form("torchscript", "model.pt", "libtorch", "bfloat16"), true);
        yield return (Form("torchscript", "model.safetensors", "libtorch", "float32"), false);
        yield return (Form("torchscript", "model.pt", "onnxruntime", "float32"), false);
        yield return (Form("onnx", "model.onnx", "onnxruntime", "float32"), true);
        yield return (Form("onnx", "model.onnx", null, "float32"), false);
        yield return (Form("onnx", "model.onnx", "libtorch", "float32"), false);
        yield return (Form("onnx", "model.onnx", "onnxruntime", "bfloat16"), false);
        yield return (Form("onnx", "model.pt", "onnxruntime", "float32"), false);
    }

    private static JsonObject Form(string architecture, string file, string? engine, string dataType)
    {
        var card = ModelCardCases.Card(("weights", ModelCardCases.File(file)));
        (card["architecture"], card["data_type"]) = (architecture, dataType);
        if (engine is not null) card["engine"] = engine;
        return card;
    }

    /// <returns>The field that the reader refuses; null: none.</returns>
    private static string? Read(JsonNode? card)
    {
        try
        {
            ModelCardJson.Read(Encoding.UTF8.GetBytes(card?.ToJsonString() ?? "null"));
            return null;
        }
        catch (FailureException failure)
        {
            return failure.Field;
        }
    }

    private static string?[] Judge(IEnumerable<JsonNode?> cards)
    {
        var request = new JsonArray(Schema.DeepClone(), new JsonArray([.. cards.Select(card => card?.DeepClone())]));
        return JsonSerializer.Deserialize<string?[]>(DebianPython.Run("schema_verdicts.py", [], request.ToJsonString()))!;
    }
}
