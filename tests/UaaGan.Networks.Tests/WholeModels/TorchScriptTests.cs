using TorchSharp;
using UaaGan.Failures;
using UaaGan.Imaging;

namespace UaaGan.Networks.Tests;

[Collection(PyTorchModelTests.Name)]
public sealed class TorchScriptTests(PyTorchModels pytorch) : IDisposable
{
    private const double FeatureTolerance = 1e-4, GradientTolerance = 1e-3;

    private readonly WholeModelRepository _repository = new();

    /// <summary>Archive, side of the input, images, components of a feature. Images are clear of kinks (Python/margins.py).</summary>
    public static TheoryData<string, int, int, int> Archives => new()
    {
        { "convolutions", 48, 2, 24 },
        { "map", 48, 2, 32 },
        { "resnet18", 64, 2, 1000 },
        { "transformer", 64, 2, 40 },
        { "vit_b_16", PyTorchModels.IsFull ? 224 : 64, 1, 1000 },
    };

    public void Dispose() => _repository.Dispose();

    [Theory]
    [MemberData(nameof(Archives))]
    public void Features_and_gradients_are_those_of_PyTorch(string archive, int size, int count, int dimension)
    {
        using var target = _repository.Load(pytorch.Model(archive, size));
        using var scope = torch.NewDisposeScope();
        var images = pytorch.Read($"{archive}.input", count, 3, size, size).requires_grad_();

        Assert.True(target.SupportsGradient);
        // The first runs are interpreted and the next ones compiled; both must hold.
        for (var run = 0; run < 4; run++)
        {
            var feature = target.Features(images);
            var gradient = torch.autograd.grad([(feature * pytorch.Read($"{archive}.weight", count, dimension)).sum()], [images])[0];

            Assert.InRange(PyTorchReference.RelativeError(pytorch.Read($"{archive}.feature", count, dimension), feature), 0, FeatureTolerance);
            Assert.InRange(PyTorchReference.RelativeError(pytorch.Read($"{archive}.gradient", count, 3, size, size), gradient), 0, GradientTolerance);
        }
    }

    [Fact]
    public void An_added_archive_is_copied_as_it_is_and_passes_its_check()
    {
        var card = _repository.Models.Add(pytorch.Model("transformer", 64));

        Assert.Equal(("torchscript", "libtorch", "float32", "model.pt", 40), (card.Architecture, card.Engine, card.DataType, card.Weights.File, card.FeatureDimension));
        Assert.Equal(ModelCardJson.Write(card), ModelCardJson.Write(_repository.Models.Get("whole")));
        Assert.Equal(File.ReadAllBytes(pytorch.File("transformer.pt")), File.ReadAllBytes(_repository.File("models/whole/1/model.pt")));
        Assert.InRange(_repository.Models.Check(card), 0, ModelRepository.CheckTolerance);
        Assert.Equal(ModelCard.DefaultBatchSizes, card.BatchSizes);
    }

    [Fact]
    public void A_scripted_model_gives_features_in_eval_mode()
    {
        using var target = _repository.Load(pytorch.Model("scripted", 64));
        var feature = target.Extract([CheckPattern.Image(64, 64)])[0];
        Assert.Equal(40, feature.Length);
        Assert.Equal(feature, target.Extract([CheckPattern.Image(64, 64)])[0]);
    }

    [Fact]
    public void A_feature_is_the_same_in_every_settled_batch_and_run()
    {
        using var target = _repository.Load(pytorch.Model("resnet18", 64));
        target.SettleBatchSizes(8);
        var images = Enumerable.Range(1, 6).Select(shift => Shifted(64, shift)).ToArray();
        var alone = images.Select(image => target.Extract([image])[0]).ToArray();
        for (var run = 0; run < 3; run++)
        {
            foreach (var count in new[] { 1, 2, 3, 6 }) Assert.Equal(alone[..count], target.Extract(images[..count]));
        }
    }

    [Fact]
    public void One_of_several_outputs_is_the_feature_only_if_the_card_says_which()
    {
        var model = pytorch.Model("pair", 48);
        var failure = _repository.Refuse(model);
        Assert.Equal(("MODEL_OUTPUT_INVALID", "output"), (failure.Reason, failure.Field));
        Assert.Contains("has 2 outputs", failure.Message, StringComparison.Ordinal);
        Assert.Equal("MODEL_OUTPUT_INVALID", _repository.Refuse(model with { ArchitectureOptions = Output(2) }).Reason);
        Assert.Equal("ARCHITECTURE_OPTION_UNKNOWN", _repository.Refuse(model with { ArchitectureOptions = new Dictionary<string, int> { ["width"] = 1 } }).Reason);
        Assert.Equal("ARCHITECTURE_OPTION_INVALID", _repository.Refuse(model with { ArchitectureOptions = Output(-1) }).Reason);

        Assert.Equal(5, _repository.Models.Add(model with { ArchitectureOptions = Output(0) }).FeatureDimension);
        Assert.Equal(32, _repository.Models.Add(model with { ArchitectureOptions = Output(1) }).FeatureDimension);

        static Dictionary<string, int> Output(int output) => new() { ["output"] = output };
    }

    [Theory]
    [InlineData("unpooled", 48, "MODEL_OUTPUT_INVALID", "[1, 32, 11, 11]")]
    [InlineData("named", 48, "MODEL_OUTPUT_INVALID", "neither a tensor nor a tuple")]
    [InlineData("transformer", 32, "MODEL_INPUT_INVALID", "32x32")]
    public void What_gives_no_feature_is_refused_in_words(string archive, int size, string reason, string said)
    {
        var failure = _repository.Refuse(pytorch.Model(archive, size));
        Assert.Equal((FailureKind.InvalidArgument, reason), (failure.Kind, failure.Reason));
        Assert.Contains(said, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_trace_that_takes_one_image_only_gets_that_batch_size()
    {
        var card = _repository.Models.Add(pytorch.Model("one_image", 48));
        Assert.Equal([1], card.BatchSizes);
        using var target = _repository.Models.Load(card);
        PixelImage[] images = [Shifted(48, 1), Shifted(48, 2), Shifted(48, 3)];
        Assert.Equal(images.Select(image => target.Extract([image])[0]), target.Extract(images));
        var failure = Assert.Throws<FailureException>(() => _repository.Models.Load(card with { BatchSizes = [1, 2] }));
        Assert.Equal((FailureKind.FailedPrecondition, "MODEL_BATCH_FIXED"), (failure.Kind, failure.Reason));
    }

    [Fact]
    public void A_trace_of_operators_without_gradients_gives_features_only()
    {
        using var target = _repository.Load(pytorch.Model("no_gradient", 64));
        Assert.Equal(40, target.Extract([CheckPattern.Image(64, 64)])[0].Length);
        Assert.False(target.SupportsGradient);
        using var scope = torch.NewDisposeScope();
        var failure = Assert.Throws<FailureException>(() => target.Features(torch.rand(1, 3, 64, 64).requires_grad_()));
        Assert.Equal((FailureKind.FailedPrecondition, "MODEL_IS_BLACK_BOX"), (failure.Kind, failure.Reason));
    }

    [Theory]
    [InlineData("resnet18")]
    [InlineData("transformer")]
    public void In_bfloat16_an_archive_gives_nearly_the_same_features_and_float32_for_attacks(string archive)
    {
        var model = pytorch.Model(archive, 64);
        var card = _repository.Models.Add(model with { DataType = "bfloat16" });
        Assert.Equal("bfloat16", _repository.Models.Get("whole").DataType);
        Assert.InRange(_repository.Models.Check(card), 0, ModelRepository.BFloat16CheckTolerance);
        using var half = _repository.Models.Load(card);
        using var whole = _repository.Models.Load(card.ForGradients());

        var (rough, fine) = (half.Extract([Shifted(64, 1)])[0], whole.Extract([Shifted(64, 1)])[0]);

        Assert.NotEqual(fine, rough);
        Assert.InRange(rough.Zip(fine, (a, b) => (double)a * b).Sum(), 0.999, 1.0001);
        Assert.Equal((false, true), (half.SupportsGradient, whole.SupportsGradient));
    }

    private static PixelImage Shifted(int size, int shift)
    {
        var pixels = CheckPattern.Image(size, size).Pixels;
        return new PixelImage(size, size, 3, [.. pixels[(shift * 300)..], .. pixels[..(shift * 300)]]);
    }
}
