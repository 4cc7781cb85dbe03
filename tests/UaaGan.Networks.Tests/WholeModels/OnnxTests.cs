using TorchSharp;
using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Networks.Tests;

public sealed class OnnxTests : IDisposable
{
    private static readonly int[] AnyBatch = [-1, 3, 8, 12];

    private readonly WholeModelRepository _repository = new();

    public void Dispose() => _repository.Dispose();

    [Fact]
    public void A_file_gives_its_features_and_passes_its_check()
    {
        var bytes = OnnxFiles.Means(AnyBatch);
        var card = _repository.Models.Add(New(bytes));

        Assert.Equal(("onnx", "onnxruntime", "float32", "model.onnx", 3), (card.Architecture, card.Engine, card.DataType, card.Weights.File, card.FeatureDimension));
        Assert.Equal(bytes, File.ReadAllBytes(_repository.File("models/whole/1/model.onnx")));
        Assert.Equal(ModelCardJson.Write(card), ModelCardJson.Write(_repository.Models.Get("whole")));
        Assert.Equal(ModelCard.DefaultBatchSizes, card.BatchSizes);
        Assert.InRange(_repository.Models.Check(card), 0, ModelRepository.CheckTolerance);
        using var target = _repository.Models.Load(card);
        Assert.Equal(MeansOf(Picture(1)), target.Extract([Picture(1)])[0], Near);
    }

    [Fact]
    public void A_map_of_one_pixel_is_a_feature() =>
        Assert.Equal(3, _repository.Models.Add(New(OnnxFiles.Single("GlobalAveragePool", AnyBatch))).FeatureDimension);

    [Fact]
    public void A_fixed_batch_size_is_the_only_one_of_the_card()
    {
        var card = _repository.Models.Add(New(OnnxFiles.Means([4, 3, 8, 12])));
        Assert.Equal([4], card.BatchSizes);
        using var target = _repository.Models.Load(card);
        target.SettleBatchSizes();
        var pictures = Enumerable.Range(0, 6).Select(Picture).ToArray();
        Assert.Equal(pictures.Select(picture => target.Extract([picture])[0]), target.Extract(pictures));
        var failure = Assert.Throws<FailureException>(() => _repository.Models.Load(card with { BatchSizes = [1, 4] }));
        Assert.Equal((FailureKind.FailedPrecondition, "MODEL_BATCH_FIXED"), (failure.Kind, failure.Reason));
        Assert.Contains("[4]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_settled_batch_size_gives_the_same_bits()
    {
        using var target = _repository.Load(New(OnnxFiles.Wide(AnyBatch, 70, 40)));
        target.SettleBatchSizes();
        var pictures = Enumerable.Range(0, 20).Select(Picture).ToArray();
        var alone = pictures.Select(picture => target.Extract([picture])[0]).ToArray();
        foreach (var count in new[] { 2, 5, 20 }) Assert.Equal(alone[..count], target.Extract(pictures[..count]));
    }

    [Theory]
    [InlineData(-1, 8, 12, 3)]
    [InlineData(-1, 3, 12, 8)]
    [InlineData(-1, 1, 8, 12)]
    [InlineData(-1, 3, 8)]
    [InlineData(-1, 3, 8, 12, 1)]
    public void An_input_of_another_shape_is_refused_by_its_name(params int[] sizes)
    {
        var failure = _repository.Refuse(New(OnnxFiles.Single("Identity", sizes)));
        Assert.Equal((FailureKind.InvalidArgument, "MODEL_INPUT_INVALID", "input"), (failure.Kind, failure.Reason, failure.Field));
        Assert.Contains("'images'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("[N, 3, 8, 12]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_inputs_are_refused() =>
        Assert.Contains("images, more", RefusedAs("MODEL_INPUT_INVALID", OnnxFiles.TwoInputs(AnyBatch)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_output_of_another_rank_is_refused() =>
        Assert.Contains("[1, 3, 8, 12]", RefusedAs("MODEL_OUTPUT_INVALID", OnnxFiles.Single("Identity", AnyBatch)).Message, StringComparison.Ordinal);

    [Fact]
    public void An_output_of_integers_is_refused() => RefusedAs("MODEL_OUTPUT_INVALID", OnnxFiles.Sizes(AnyBatch));

    [Fact]
    public void One_of_several_outputs_is_the_feature_only_if_the_card_says_which()
    {
        var model = New(OnnxFiles.TwoOutputs(AnyBatch));
        Assert.Contains("has 2 outputs", _repository.Refuse(model).Message, StringComparison.Ordinal);
        Assert.Equal("MODEL_OUTPUT_INVALID", _repository.Refuse(model with { ArchitectureOptions = new Dictionary<string, int> { ["output"] = 0 } }).Reason);
        Assert.Equal(3, _repository.Models.Add(model with { ArchitectureOptions = new Dictionary<string, int> { ["output"] = 1 } }).FeatureDimension);
    }

    [Theory]
    [InlineData("other.bin", false)]
    [InlineData("../../../etc/passwd", true)]
    public void Tensors_in_other_files_are_refused(string path, bool inNode) =>
        Assert.Equal(FailureKind.InvalidArgument, RefusedAs("MODEL_EXTERNAL_DATA", OnnxFiles.External(path, inNode)).Kind);

    [Fact]
    public void What_is_no_onnx_file_is_damaged()
    {
        var whole = OnnxFiles.Means(AnyBatch);
        RefusedAs("WEIGHTS_FILE_DAMAGED", []);
        RefusedAs("WEIGHTS_FILE_DAMAGED", "something else entirely"u8.ToArray());
        RefusedAs("WEIGHTS_FILE_DAMAGED", [.. Enumerable.Repeat((byte)0xff, 100)]);
        for (var length = 3; length < whole.Length - 5; length += 7) RefusedAs("WEIGHTS_FILE_DAMAGED", whole[..length]);
    }

    [Fact]
    public void Every_byte_may_be_wrong_without_a_crash()
    {
        var whole = OnnxFiles.External("other.bin", inNode: true);
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            var bytes = (byte[])whole.Clone();
            bytes[bit / 8] ^= (byte)(1 << bit % 8);
            File.WriteAllBytes(_repository.File("flipped.onnx"), bytes);
            try
            {
                OnnxFile.Check(_repository.File("flipped.onnx"));
            }
            catch (FailureException failure)
            {
                Assert.Contains(failure.Reason, new[] { "WEIGHTS_FILE_DAMAGED", "MODEL_EXTERNAL_DATA" });
            }
        }
    }

    [Fact]
    public void An_opset_or_an_operator_of_another_world_is_refused_in_the_engines_words()
    {
        Assert.Contains("opset", RefusedAs("MODEL_NOT_SUPPORTED", OnnxFiles.Means(AnyBatch, opset: 99)).Message, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("NoSuchOperator", RefusedAs("MODEL_NOT_SUPPORTED", OnnxFiles.Single("NoSuchOperator", AnyBatch)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_gives_features_only()
    {
        var card = _repository.Models.Add(New(OnnxFiles.Means(AnyBatch)));
        using var target = _repository.Models.Load(card);
        using var scope = torch.NewDisposeScope();

        Assert.True(card.IsBlackBox);
        Assert.False(target.SupportsGradient);
        Assert.Equal([2, 3], target.Features(torch.rand(2, 3, 8, 12)).shape);
        var failure = Assert.Throws<FailureException>(() => target.Features(torch.rand(2, 3, 8, 12).requires_grad_()));
        Assert.Equal((FailureKind.FailedPrecondition, "MODEL_IS_BLACK_BOX"), (failure.Kind, failure.Reason));
        Assert.Contains("gives features only", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_does_not_run_in_bfloat16()
    {
        var failure = _repository.Refuse(New(OnnxFiles.Means(AnyBatch)) with { DataType = "bfloat16" });
        Assert.Equal(("MODEL_CARD_INVALID", "data_type"), (failure.Reason, failure.Field));
    }

    [Fact]
    public void Osnet_as_onnx_gives_the_features_of_its_weights()
    {
        var model = new NewModel
        {
            Name = "osnet",
            Architecture = "onnx",
            WeightsPath = SharedData.Path("weights", "osnet_x0_25_msmt17.onnx"),
            Input = new InputSize(256, 128),
            Resize = ResizeMode.Nearest,
        };
        using var onnx = _repository.Load(model);
        using var weights = _repository.Load(model with { Architecture = "osnet_x0_25", WeightsPath = SharedData.Path("weights", "osnet_x0_25_msmt17.safetensors") });
        var images = Directory.EnumerateFiles(SharedData.Path("reid-market1501", "query"), "*.jpg").Order(StringComparer.Ordinal).Take(16)
            .Select(path => ImageDecoder.Decode(File.ReadAllBytes(path), ImageLimits.Default)).ToArray();

        var (actual, expected) = (onnx.Extract(images), weights.Extract(images));

        for (var i = 0; i < images.Length; i++)
            Assert.InRange(Math.Sqrt(actual[i].Zip(expected[i], (a, b) => Math.Pow(a - b, 2)).Sum()), 0, 1e-4);
    }

    private FailureException RefusedAs(string reason, byte[] bytes)
    {
        var failure = _repository.Refuse(New(bytes));
        Assert.Equal(reason, failure.Reason);
        return failure;
    }

    private NewModel New(byte[] bytes)
    {
        var path = _repository.File("added.onnx");
        File.WriteAllBytes(path, bytes);
        return new NewModel { Name = "whole", Architecture = "onnx", WeightsPath = path, Input = new InputSize(8, 12), Mean = [0, 0, 0], Std = [1, 1, 1] };
    }

    private static PixelImage Picture(int number) => new(12, 8, 3, [.. Enumerable.Range(0, 12 * 8 * 3).Select(i => (byte)((i * (number + 3) + number * number) % 251))]);

    private static float[] MeansOf(PixelImage image)
    {
        double[] means = [.. Enumerable.Range(0, 3).Select(c => Enumerable.Range(0, 96).Average(i => image.Pixels[i * 3 + c] / 255.0))];
        var norm = Math.Sqrt(means.Sum(mean => mean * mean));
        return [.. means.Select(mean => (float)(mean / norm))];
    }

    private static bool Near(float a, float b) => Math.Abs(a - b) < 1e-5f;
}
