using TorchSharp;
using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

public sealed class ModuleWeightsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly torch.nn.Module _module = torch.nn.Sequential(("linear", torch.nn.Linear(3, 2)), ("bn", torch.nn.BatchNorm1d(2)));

    public void Dispose()
    {
        _module.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Saved_weights_are_loaded_to_the_bit()
    {
        ModuleWeights.Save(_module, _folder.File("w.safetensors"));
        using var other = torch.nn.Sequential(("linear", torch.nn.Linear(3, 2)), ("bn", torch.nn.BatchNorm1d(2)));
        using var reader = SafetensorsReader.Open(_folder.File("w.safetensors"));
        var report = ModuleWeights.Load(other, reader);
        Assert.Equal(7, report.Matched.Count);
        Assert.Empty(report.Reshaped);
        Assert.Empty(report.Missing);
        Assert.Empty(report.Unexpected);
        using var scope = torch.NewDisposeScope();
        foreach (var (key, value) in _module.state_dict()) Assert.Equal(value.bytes.ToArray(), other.state_dict()[key].bytes.ToArray());
    }

    [Fact]
    public void Missing_unknown_and_misshapen_keys_are_named()
    {
        var failure = Assert.Throws<FailureException>(() => Load(state =>
        {
            state.Remove("linear.bias");
            state["extra.weight"] = torch.zeros(1);
            state["linear.weight"] = torch.zeros(3, 2);
        }));
        Assert.Equal((FailureKind.FailedPrecondition, "WEIGHTS_DO_NOT_FIT"), (failure.Kind, failure.Reason));
        Assert.Contains("1 missing (linear.bias)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("1 not known (extra.weight)", failure.Message, StringComparison.Ordinal);
        Assert.Contains("linear.weight [3, 2] instead of [2, 3]", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_may_be_missing_or_unused_is_reported_and_not_refused()
    {
        var report = Load(
            state =>
            {
                state.Remove("bn.num_batches_tracked");
                state.Remove("linear.bias");
                state["classifier.weight"] = torch.zeros(1);
                state["bn.weight"] = torch.ones(1, 2, 1);
            },
            key => key == "linear.bias", key => key.StartsWith("classifier.", StringComparison.Ordinal));
        Assert.Equal(["bn.num_batches_tracked", "linear.bias"], report.Missing);
        Assert.Equal(["classifier.weight"], report.Unexpected);
        Assert.Equal(["bn.weight"], report.Reshaped);
        Assert.Equal(["bn.bias", "bn.running_mean", "bn.running_var", "linear.weight"], report.Matched);
    }

    [Theory]
    [InlineData("module.")]
    [InlineData("backbone.")]
    [InlineData("model.net.encoder.")]
    public void A_prefix_is_found_and_ignored(string prefix)
    {
        var report = Load(state => Prefix(state, prefix, _ => true));
        Assert.Equal((7, prefix), (report.Matched.Count, report.Prefix));
        Assert.Equal("", Load(_ => { }).Prefix);
    }

    [Fact]
    public void A_prefix_is_that_of_most_keys_and_others_are_unexpected()
    {
        var report = Load(
            state =>
            {
                Prefix(state, "backbone.", _ => true);
                state["backbone.classifier.weight"] = torch.zeros(1);
                state["classifier.weight"] = torch.zeros(1);
                state["head.linear.bias"] = torch.zeros(2);
            },
            mayBeUnused: key => key is "classifier.weight" or "head.linear.bias");
        Assert.Equal((7, "backbone."), (report.Matched.Count, report.Prefix));
        Assert.Equal(["classifier.weight", "head.linear.bias", "classifier.weight"], report.Unexpected);

        var failure = Assert.Throws<FailureException>(() => Load(state => Prefix(state, "module.", key => key == "linear.weight")));
        Assert.Contains("1 missing (linear.weight); 1 not known (module.linear.weight)", failure.Message, StringComparison.Ordinal);
        failure = Assert.Throws<FailureException>(() => Load(state => Prefix(state, "module.", key => key != "linear.weight")));
        Assert.Contains("under the prefix 'module.': 1 missing (linear.weight); 1 not known (linear.weight)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Converted_weights_have_the_modules_keys_and_their_own_number_format()
    {
        using var scope = torch.NewDisposeScope();
        var state = new Dictionary<string, torch.Tensor>(ModuleWeights.Copy(_module, torch.ScalarType.Float16));
        Prefix(state, "module.", _ => true);
        state["classifier.weight"] = torch.zeros(1);
        SafetensorsWriter.Write(_folder.File("w.safetensors"), state);
        using var reader = StateReader.Open(_folder.File("w.safetensors"));

        var report = ModuleWeights.Convert(_module, reader, _folder.File("c.safetensors"), mayBeUnused: key => key == "classifier.weight");

        using var converted = StateReader.Open(_folder.File("c.safetensors"));
        Assert.Equal(report.Matched, converted.Entries.Keys);
        Assert.Equal(_module.state_dict().Keys.Order(StringComparer.Ordinal), converted.Entries.Keys);
        Assert.Equal(torch.ScalarType.Float16, converted.Entries["linear.weight"].DataType);
        Assert.Equal(state["module.linear.weight"].bytes.ToArray(), converted.Read("linear.weight").bytes.ToArray());
    }

    [Fact]
    public void Half_precision_files_load_into_float32()
    {
        ModuleWeights.Save(_module, _folder.File("h.safetensors"), torch.ScalarType.Float16);
        using var reader = SafetensorsReader.Open(_folder.File("h.safetensors"));
        Assert.Equal(torch.ScalarType.Float16, reader.Entries["linear.weight"].DataType);
        using var scope = torch.NewDisposeScope();
        var expected = _module.state_dict()["linear.weight"].to(torch.ScalarType.Float16).to(torch.ScalarType.Float32);
        ModuleWeights.Load(_module, reader);
        Assert.Equal(expected.bytes.ToArray(), _module.state_dict()["linear.weight"].bytes.ToArray());
    }

    private static void Prefix(IDictionary<string, torch.Tensor> state, string prefix, Func<string, bool> which)
    {
        foreach (var key in state.Keys.Where(which).ToArray())
        {
            state[prefix + key] = state[key];
            state.Remove(key);
        }
    }

    private StateLoadReport Load(
        Action<IDictionary<string, torch.Tensor>> change, Func<string, bool>? mayBeMissing = null, Func<string, bool>? mayBeUnused = null)
    {
        using var scope = torch.NewDisposeScope();
        var state = new Dictionary<string, torch.Tensor>(ModuleWeights.Copy(_module));
        change(state);
        SafetensorsWriter.Write(_folder.File("w.safetensors"), state);
        using var reader = SafetensorsReader.Open(_folder.File("w.safetensors"));
        return ModuleWeights.Load(_module, reader, mayBeMissing, mayBeUnused);
    }
}
