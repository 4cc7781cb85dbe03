using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

public sealed class WhiteningTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void It_is_the_product_with_the_centred_feature_in_either_form()
    {
        using var scope = torch.NewDisposeScope();
        var (matrix, mean) = (torch.tensor(new[] { 1f, 2, 0, 0, 1, -1 }, [2, 3]), torch.tensor(new[] { 0.5f, 0, -1 }));
        var feature = torch.tensor(new[] { 1f, 0, 0 }, [1, 3]);
        using var centred = Load(("P", matrix.to(torch.ScalarType.Float64)), ("m", mean.reshape(3, 1)));
        using var linear = Load(("weight", matrix), ("bias", torch.tensor(new[] { -0.5f, -1 })));

        // P (x - m) with x - m = (0.5, 0, 1).
        Assert.Equal([0.5f, -1f], centred.Apply(feature).data<float>().ToArray());
        Assert.Equal([0.5f, -1f], linear.Apply(feature).data<float>().ToArray());
        Assert.Equal((3, 2), (centred.Inputs, centred.Outputs));
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { "P", "P" },
        { "P m extra", "P, extra, m" },
        { "weight m", "m, weight" },
        { "P:3 m:3", "[3] and [3]" },
        { "P:2,3 m:2", "[2, 3] and [2]" },
        { "weight:2,3 bias:3", "[2, 3] and [3]" },
        { "P:0,3 m:3", "[0, 3] and [3]" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void A_file_of_another_form_is_refused_with_what_it_holds(string tensors, string named)
    {
        using var scope = torch.NewDisposeScope();
        Refused(named, [.. tensors.Split(' ').Select(text => text.Split(':')).Select(part =>
            (part[0], torch.ones(part.Length == 1 ? [3] : [.. part[1].Split(',').Select(long.Parse)])))]);
    }

    [Fact]
    public void Numbers_that_are_not_finite_or_whole_are_refused()
    {
        using var scope = torch.NewDisposeScope();
        Refused("not finite", ("P", torch.ones(2, 3)), ("m", torch.tensor(new[] { 0, float.NaN, 0 })));
        Refused("whole numbers in P", ("P", torch.ones(2, 3, dtype: torch.ScalarType.Int64)), ("m", torch.ones(3)));
    }

    [Fact]
    public void A_model_with_whitening_has_its_components_and_its_damage_is_named()
    {
        var repository = new ModelRepository(_folder.File("models"));
        Write(("P", torch.randn(5, 64)), ("m", torch.rand(64)));
        var card = repository.Add(Demo());

        Assert.Equal((5, "whitening.safetensors"), (card.FeatureDimension, card.Whitening!.File));
        Assert.True(repository.Check(repository.Get("demo")) <= ModelRepository.CheckTolerance);
        using (var network = repository.Load(card))
            Assert.Equal(1, network.Extract([CheckPattern.Image(24, 32)])[0].Sum(value => (double)value * value), 5);

        var path = Path.Combine(_folder.File("models"), "demo", "1", "whitening.safetensors");
        var bytes = File.ReadAllBytes(path);
        bytes[^1] ^= 1;
        File.WriteAllBytes(path, bytes);
        Assert.Equal("WEIGHTS_HASH_MISMATCH", Assert.Throws<FailureException>(() => { repository.Load(card); }).Reason);
        File.Delete(path);
        Assert.Equal("WEIGHTS_MISSING", Assert.Throws<FailureException>(() => { repository.Load(card); }).Reason);
    }

    [Fact]
    public void A_model_whose_whitening_does_not_fit_leaves_nothing()
    {
        var repository = new ModelRepository(_folder.File("models"));
        Write(("P", torch.randn(5, 63)), ("m", torch.rand(63)));
        Assert.Equal("FEATURE_DIMENSION_MISMATCH", Assert.Throws<FailureException>(() => repository.Add(Demo())).Reason);
        var missing = Demo() with { WhiteningPath = _folder.File("none.safetensors") };
        Assert.Equal("WEIGHTS_FILE_NOT_FOUND", Assert.Throws<FailureException>(() => repository.Add(missing)).Reason);
        Assert.Empty(repository.List());
    }

    private NewModel Demo()
    {
        torch.random.manual_seed(2);
        using var network = ArchitectureRegistry.Create("demo_resnet");
        ModuleWeights.Save(network, _folder.File("weights.safetensors"));
        return new NewModel
        {
            Name = "demo",
            Architecture = "demo_resnet",
            WeightsPath = _folder.File("weights.safetensors"),
            WhiteningPath = _folder.File("whitening.safetensors"),
            Input = new InputSize(32, 24),
        };
    }

    private void Refused(string named, params (string Key, torch.Tensor Value)[] tensors)
    {
        var failure = Assert.Throws<FailureException>(() => Load(tensors));
        Assert.Equal((FailureKind.FailedPrecondition, "WHITENING_INVALID"), (failure.Kind, failure.Reason));
        Assert.Contains(named, failure.Message, StringComparison.Ordinal);
    }

    private Whitening Load(params (string Key, torch.Tensor Value)[] tensors)
    {
        Write(tensors);
        using var reader = SafetensorsReader.Open(_folder.File("whitening.safetensors"));
        return Whitening.Load(reader);
    }

    private void Write(params (string Key, torch.Tensor Value)[] tensors) =>
        SafetensorsWriter.Write(_folder.File("whitening.safetensors"), tensors.ToDictionary(tensor => tensor.Key, tensor => tensor.Value));
}
