using System.Security.Cryptography;
using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

public sealed class ModelRepositoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _models;

    public ModelRepositoryTests() => _models = _folder.File("models");

    public void Dispose() => _folder.Dispose();

    private ModelRepository Repository => new(_models);

    [Fact]
    public void An_added_model_is_listed_found_loaded_and_passes_its_check()
    {
        var card = Repository.Add(New("demo"));

        Assert.Equal(("demo", 1, 16), (card.Name, card.Version, card.FeatureDimension));
        Assert.Equal(ModelCardJson.Write(card), ModelCardJson.Write(Assert.Single(Repository.List()).Card!));
        Assert.Equal(ModelCardJson.Write(card), ModelCardJson.Write(Repository.Get("demo")));
        Assert.True(Repository.Check(card) <= ModelRepository.CheckTolerance);
        using var network = Repository.Load(card);
        var feature = Assert.Single(network.Extract([CheckPattern.Image(24, 32)]));
        Assert.Equal(1, feature.Sum(value => (double)value * value), 5);
        Assert.Equal(["model.json", "weights.safetensors"], Directory.EnumerateFiles(Path.Combine(_models, "demo", "1")).Select(Path.GetFileName).Order());
        Assert.Equal(["1"], Directory.EnumerateFileSystemEntries(Path.Combine(_models, "demo")).Select(Path.GetFileName));
    }

    [Fact]
    public void Versions_count_up_and_the_highest_is_the_default()
    {
        for (var version = 1; version <= 11; version++) Assert.Equal(version, Repository.Add(New("demo")).Version);
        Repository.Add(New("also"));
        Assert.Equal(11, Repository.Get("demo").Version);
        Assert.Equal(2, Repository.Get("demo", 2).Version);
        Assert.Equal(["also/1", .. Enumerable.Range(1, 11).Select(version => $"demo/{version}")], Repository.List().Select(entry => $"{entry.Name}/{entry.Version}"));
    }

    [Fact]
    public async Task Models_added_at_once_get_a_version_each()
    {
        var model = New("demo");
        var cards = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => Repository.Add(model))));
        Assert.Equal([1, 2, 3, 4, 5, 6], cards.Select(card => card.Version).Order());
        Assert.Equal(6, Repository.List().Count);
    }

    [Theory]
    [InlineData("absent", null)]
    [InlineData("demo", 2)]
    public void What_is_not_there_is_not_found(string name, int? version)
    {
        Repository.Add(New("demo"));
        var failure = Assert.Throws<FailureException>(() => Repository.Get(name, version));
        Assert.Equal((FailureKind.NotFound, "MODEL_NOT_FOUND"), (failure.Kind, failure.Reason));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("A")]
    public void A_name_that_is_no_name_is_refused(string name)
    {
        Assert.Equal("MODEL_NAME_INVALID", Assert.Throws<FailureException>(() => Repository.Get(name)).Reason);
        Assert.Equal("MODEL_NAME_INVALID", Assert.Throws<FailureException>(() => Repository.Add(New(name))).Reason);
    }

    [Fact]
    public void A_model_that_cannot_be_added_leaves_nothing()
    {
        var good = New("demo");
        File.WriteAllText(_folder.File("other.safetensors"), "not weights at all");
        File.WriteAllBytes(_folder.File("bad.safetensors"), File.ReadAllBytes(good.WeightsPath)[..^1]);
        Refused(good with { WeightsPath = _folder.File("none.safetensors") }, "WEIGHTS_FILE_NOT_FOUND");
        Refused(good with { WeightsPath = _folder.File("other.safetensors") }, "WEIGHTS_FORMAT_UNKNOWN");
        Refused(good with { WeightsPath = _folder.File("bad.safetensors") }, "WEIGHTS_FILE_DAMAGED");
        Refused(good with { WeightsKey = "model" }, "WEIGHTS_KEY_UNKNOWN");
        Refused(good with { ArchitectureOptions = new Dictionary<string, int> { ["width"] = 8 } }, "WEIGHTS_DO_NOT_FIT");
        Refused(good with { ArchitectureOptions = new Dictionary<string, int> { ["depth"] = 8 } }, "ARCHITECTURE_OPTION_UNKNOWN");
        Refused(good with { Architecture = "nothing" }, "MODEL_CARD_INVALID");
        Refused(good with { Pad = [30, 0, 30, 0] }, "MODEL_CARD_INVALID");
        Assert.Empty(Repository.List());
        Assert.True(!Directory.Exists(_models) || !Directory.EnumerateFileSystemEntries(_models).Any());

        void Refused(NewModel model, string reason) => Assert.Equal(reason, Assert.Throws<FailureException>(() => Repository.Add(model)).Reason);
    }

    [Fact]
    public void A_file_of_torch_save_is_converted_and_remembered()
    {
        var model = New("demo");
        var expected = Repository.Add(model, out var copied);
        var path = Torch(model, state => state["num_batches_tracked"] = torch.tensor(5f), "module.net.");
        Assert.Equal("WEIGHTS_DO_NOT_FIT", Assert.Throws<FailureException>(() => Repository.Add(model with { WeightsPath = path })).Reason);
        path = Torch(model, _ => { }, "module.net.");

        var card = Repository.Add(model with { WeightsPath = path }, out var report);

        Assert.Null(expected.Weights.Original);
        Assert.Equal("", copied.Prefix);
        Assert.Equal("module.net.", report.Prefix);
        Assert.Equal(copied.Matched, report.Matched);
        Assert.Equal(new OriginalWeights("weights.pth", Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(path)))), card.Weights.Original);
        Assert.Equal(expected.Check!.Feature, card.Check!.Feature);
        Assert.Equal(["model.json", "weights.safetensors"], Directory.EnumerateFiles(Path.Combine(_models, "demo", "2")).Select(Path.GetFileName).Order());
        Assert.Equal(ModelCardJson.Write(card), ModelCardJson.Write(Repository.Get("demo")));
        Assert.True(Repository.Check(card) <= ModelRepository.CheckTolerance);
    }

    [Fact]
    public void Weights_that_are_no_numbers_are_refused()
    {
        var model = New("demo");
        var path = Torch(model, state => state["stem.conv.weight"] = torch.full_like(state["stem.conv.weight"], float.NaN));
        Assert.Equal("FEATURE_INVALID", Assert.Throws<FailureException>(() => Repository.Add(model with { WeightsPath = path })).Reason);
        Assert.Empty(Repository.List());
    }

    [Fact]
    public void A_folder_half_written_is_no_version()
    {
        Repository.Add(New("demo"));
        Directory.CreateDirectory(Path.Combine(_models, "demo", "2"));
        Directory.CreateDirectory(Path.Combine(_models, "demo", ".0123.tmp"));
        Directory.CreateDirectory(Path.Combine(_models, "demo", "03"));
        Directory.CreateDirectory(Path.Combine(_models, "empty"));
        Assert.Equal(1, Repository.Get("demo").Version);
        Assert.Single(Repository.List());
        Assert.Equal(3, Repository.Add(New("demo")).Version);
    }

    [Fact]
    public void Damage_is_named()
    {
        var card = Repository.Add(New("demo"));
        var weights = Path.Combine(_models, "demo", "1", "weights.safetensors");
        var whole = File.ReadAllBytes(weights);

        File.WriteAllBytes(weights, whole[..^1]);
        Damaged(() => Repository.Load(card), "WEIGHTS_HASH_MISMATCH");
        File.Delete(weights);
        Damaged(() => Repository.Load(card), "WEIGHTS_MISSING");
        File.WriteAllBytes(weights, whole);
        Damaged(() => Repository.Check(card with { Check = new CheckFeature([.. card.Check!.Feature.Select(value => -value)]) }), "MODEL_CHECK_FAILED");
        File.WriteAllText(Path.Combine(_models, "demo", "1", "model.json"), ModelCardJson.Write(card with { Name = "other" }));
        Damaged(() => Repository.Get("demo"), "MODEL_CARD_DAMAGED");

        static void Damaged(Func<object> act, string reason)
        {
            var failure = Assert.Throws<FailureException>(() => { act(); });
            Assert.Equal((FailureKind.DataLoss, reason), (failure.Kind, failure.Reason));
        }
    }

    [Theory]
    [InlineData("{ not json")]
    [InlineData("")]
    [InlineData("""{"name":"b","version":1}""")]
    public void A_damaged_card_is_listed_as_such_among_the_others(string text)
    {
        foreach (var name in new[] { "a", "b", "b", "c" }) Repository.Add(New(name));
        File.WriteAllText(Path.Combine(_models, "b", "1", "model.json"), text);

        var entries = Repository.List();

        Assert.Equal(["a/1", "b/1", "b/2", "c/1"], entries.Select(entry => $"{entry.Name}/{entry.Version}"));
        Assert.Equal([true, false, true, true], entries.Select(entry => entry.Card is not null));
        Assert.Equal([true, false, true, true], entries.Select(entry => entry.Failure is null));
        Assert.Equal((FailureKind.DataLoss, "MODEL_CARD_DAMAGED"), (entries[1].Failure!.Kind, entries[1].Failure!.Reason));
        Assert.Contains("b, version 1", entries[1].Failure!.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(_models, entries[1].Failure!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_fails_its_self_check_is_not_loaded_when_that_is_asked_for()
    {
        var card = Repository.Add(New("demo"));
        using (var network = Repository.LoadChecked(card)) Assert.Equal(card.Check!.Feature, network.Extract([CheckPattern.Image(24, 32)])[0]);
        var turned = card with { Check = new CheckFeature([.. card.Check!.Feature.Select(value => -value)]) };
        Assert.Equal("MODEL_CHECK_FAILED", Assert.Throws<FailureException>(() => Repository.LoadChecked(turned)).Reason);
        Repository.LoadChecked(card with { Check = null }).Dispose();
    }

    private string Torch(NewModel model, Action<Dictionary<string, torch.Tensor>> change, string prefix = "")
    {
        using var scope = torch.NewDisposeScope();
        using var reader = SafetensorsReader.Open(model.WeightsPath);
        var state = reader.Entries.Keys.ToDictionary(key => key, reader.Read);
        change(state);
        var path = _folder.File("weights.pth");
        File.WriteAllBytes(path, TorchFiles.Zip(state, prefix));
        return path;
    }

    private NewModel New(string name)
    {
        var options = new Dictionary<string, int> { ["width"] = 4, ["stages"] = 2, ["feature_dimension"] = 16 };
        var weights = _folder.File("weights.safetensors");
        if (!File.Exists(weights))
        {
            torch.random.manual_seed(1);
            using var network = ArchitectureRegistry.Create("demo_resnet", new ArchitectureOptions { Values = options });
            ModuleWeights.Save(network, weights);
        }

        return new NewModel
        {
            Name = name,
            Architecture = "demo_resnet",
            WeightsPath = weights,
            Input = new InputSize(32, 24),
            ArchitectureOptions = options,
        };
    }
}
