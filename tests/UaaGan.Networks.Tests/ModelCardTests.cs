using System.Text;
using System.Text.Json.Nodes;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

public class ModelCardTests
{
    [Fact]
    public void A_card_written_is_read_again()
    {
        var card = TestCards.Demo() with
        {
            Resize = ResizeMode.Nearest,
            Pad = [1, 2, 3, 4],
            Pooling = PoolingKind.GeneralizedMean,
            Scales = [1, 0.5],
            Flip = true,
            Whitening = new WeightsFile("whitening.safetensors", new string('a', 64)),
            TakesAlignedFaces = true,
            ArchitectureOptions = new Dictionary<string, int> { ["width"] = 8 },
            Check = new CheckFeature([.. Enumerable.Range(0, 64).Select(i => i / 64f)]),
            Licence = "Apache-2.0",
        };
        var text = ModelCardJson.Write(card);
        Assert.Equal(text, ModelCardJson.Write(ModelCardJson.Read(Encoding.UTF8.GetBytes(text))));
        Assert.Contains("\"feature_dimension\": 64", text, StringComparison.Ordinal);
        Assert.Contains("\"resize\": \"nearest\"", text, StringComparison.Ordinal);
        Assert.EndsWith("}\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("unknown_field", "1", "unknown_field")]
    [InlineData("name", "\"Ümlaut\"", "name")]
    [InlineData("name", "\"..\"", "name")]
    [InlineData("name", "\".hidden\"", "name")]
    [InlineData("name", "null", "name")]
    [InlineData("version", "0", "version")]
    [InlineData("version", "1.5", "version")]
    [InlineData("architecture", "\"resnet_9000\"", "architecture")]
    [InlineData("weights", """{"file":"../w.safetensors","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""", "weights.file")]
    [InlineData("weights", """{"file":"w.pth","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""", "weights.file")]
    [InlineData("weights", """{"file":"w.safetensors","sha256":"XYZ"}""", "weights.sha256")]
    [InlineData("weights", """{"file":"w.safetensors"}""", "weights")]
    [InlineData("feature_dimension", "0", "feature_dimension")]
    [InlineData("feature_dimension", "65537", "feature_dimension")]
    [InlineData("input", """{"height":7,"width":64}""", "input")]
    [InlineData("input", """{"height":64,"width":4097}""", "input")]
    [InlineData("resize", "\"bicubic\"", "resize")]
    [InlineData("resize", "1", "resize")]
    [InlineData("pad", "[1,2,3]", "pad")]
    [InlineData("pad", "[0,-1,0,0]", "pad")]
    [InlineData("pad", "[24,0,24,0]", "pad")]
    [InlineData("mean", "[0.5,0.5]", "mean")]
    [InlineData("std", "[0.5,0,0.5]", "std")]
    [InlineData("pooling", "\"max\"", "pooling")]
    [InlineData("gem_p", "0", "gem_p")]
    [InlineData("gem_p", "101", "gem_p")]
    [InlineData("scales", "[]", "scales")]
    [InlineData("scales", "null", "scales")]
    [InlineData("scales", "[1,1]", "scales")]
    [InlineData("scales", "[0]", "scales")]
    [InlineData("scales", "[-1]", "scales")]
    [InlineData("scales", "[0.16]", "scales")]
    [InlineData("scales", "[1,65]", "scales")]
    [InlineData("scales", "[1,1.1,1.2,1.3,1.4,1.5,1.6,1.7,1.8]", "scales")]
    [InlineData("flip", "1", "flip")]
    [InlineData("whitening", """{"file":"../w.safetensors","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}""", "whitening.file")]
    [InlineData("whitening", """{"file":"w.safetensors","sha256":"0"}""", "whitening.sha256")]
    [InlineData("takes_aligned_faces", "null", "takes_aligned_faces")]
    [InlineData("engine", "\"onnxruntime\"", "engine")]
    [InlineData("data_type", "\"float16\"", "data_type")]
    [InlineData("batch_sizes", "[]", "batch_sizes")]
    [InlineData("batch_sizes", "[1,1]", "batch_sizes")]
    [InlineData("batch_sizes", "[4,2]", "batch_sizes")]
    [InlineData("batch_sizes", "[0,2]", "batch_sizes")]
    [InlineData("batch_sizes", "[2000]", "batch_sizes")]
    [InlineData("check", """{"feature":[1]}""", "check.feature")]
    [InlineData("l2_normalise", "\"yes\"", "l2_normalise")]
    public void A_field_that_cannot_be_is_refused_by_name(string field, string value, string named)
    {
        var json = JsonNode.Parse(ModelCardJson.Write(TestCards.Demo()))!.AsObject();
        json[field] = JsonNode.Parse(value);
        var failure = Assert.Throws<FailureException>(() => ModelCardJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString())));
        Assert.Equal(FailureKind.InvalidArgument, failure.Kind);
        Assert.Contains(failure.Reason, new[] { "MODEL_CARD_INVALID", "MODEL_NAME_INVALID" });
        Assert.Contains(named, $"{failure.Field} {failure.Message}", StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_fused_must_be_normalised()
    {
        var plain = TestCards.Demo() with { L2Normalise = false };
        Assert.False(Reread(plain).L2Normalise);
        foreach (var card in new[] { plain with { Flip = true }, plain with { Scales = [1, 0.5] }, plain with { Whitening = plain.Weights } })
            Assert.Contains("l2_normalise", Assert.Throws<FailureException>(() => Reread(card)).Message, StringComparison.Ordinal);

        static ModelCard Reread(ModelCard card) => ModelCardJson.Read(Encoding.UTF8.GetBytes(ModelCardJson.Write(card)));
    }

    [Theory]
    [InlineData("demo_resnet", "libtorch", "weights.safetensors", "bfloat16", null)]
    [InlineData("torchscript", "libtorch", "model.pt", "bfloat16", null)]
    [InlineData("onnx", "onnxruntime", "model.onnx", "float32", null)]
    [InlineData("onnx", "onnxruntime", "model.onnx", "bfloat16", "data_type")]
    [InlineData("onnx", "libtorch", "model.onnx", "float32", "engine")]
    [InlineData("torchscript", "onnxruntime", "model.pt", "float32", "engine")]
    [InlineData("torchscript", "libtorch", "weights.safetensors", "float32", "weights.file")]
    [InlineData("onnx", "onnxruntime", "model.pt", "float32", "weights.file")]
    public void Engine_file_and_number_format_follow_from_the_architecture(string architecture, string engine, string file, string dataType, string? wrong)
    {
        var card = TestCards.Demo() with { Architecture = architecture, Engine = engine, Weights = new WeightsFile(file, new string('0', 64)), DataType = dataType };
        var json = Encoding.UTF8.GetBytes(ModelCardJson.Write(card));
        if (wrong is null) Assert.Equal((engine, dataType), (ModelCardJson.Read(json).Engine, ModelCardJson.Read(json).DataType));
        else Assert.Equal(wrong, Assert.Throws<FailureException>(() => ModelCardJson.Read(json)).Field);
    }

    [Theory]
    [InlineData("name")]
    [InlineData("version")]
    [InlineData("architecture")]
    [InlineData("weights")]
    [InlineData("feature_dimension")]
    [InlineData("input")]
    public void A_field_that_must_be_there_is_missed(string field)
    {
        var json = JsonNode.Parse(ModelCardJson.Write(TestCards.Demo()))!.AsObject();
        json.Remove(field);
        var failure = Assert.Throws<FailureException>(() => ModelCardJson.Read(Encoding.UTF8.GetBytes(json.ToJsonString())));
        Assert.Equal("MODEL_CARD_INVALID", failure.Reason);
        Assert.Contains(field, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"name":"a","name":"b"}""")]
    public void What_is_no_card_is_refused(string text) =>
        Assert.Equal("MODEL_CARD_INVALID", Assert.Throws<FailureException>(() => ModelCardJson.Read(Encoding.UTF8.GetBytes(text))).Reason);
}
