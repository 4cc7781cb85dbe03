using UaaGan.Failures;
using UaaGan.Pickle;

namespace UaaGan.Networks.Tests;

public class StateSearchTests
{
    [Theory]
    [InlineData("state_dict")]
    [InlineData("net_state_dict")]
    [InlineData("model_state_dict")]
    [InlineData("model")]
    [InlineData("ema")]
    [InlineData("no name that is known")]
    public void A_nested_state_dictionary_is_found(string name) => Assert.Equal(["w"], Keys(root => root
        .Text("epoch").Number(3)
        .Text("optimizer").Dictionary(optimizer => optimizer.Text("state").Op(PickleOpcode.EmptyDict))
        .Text(name).Dictionary(state => state.Text("w").Tensor("0"))));

    [Fact]
    public void A_state_dictionary_two_levels_down_is_found() => Assert.Equal(["w"], Keys(root => root
        .Text("other").Dictionary(other => other.Text("x").Tensor("0"))
        .Text("model").Dictionary(model => model.Text("state_dict").Dictionary(state => state.Text("w").Tensor("0")))));

    [Fact]
    public void The_root_is_the_state_dictionary_when_it_has_the_tensors() => Assert.Equal(["v", "w"], Keys(root => root
        .Text("w").Tensor("0").Text("v").Tensor("0").Text("version").Number(2)
        .Text("extra").Dictionary(extra => extra.Text("a").Tensor("0").Text("b").Tensor("0").Text("c").Tensor("0"))));

    [Fact]
    public void A_tensor_at_the_root_does_not_hide_a_well_known_dictionary() => Assert.Equal(["v", "w"], Keys(root => root
        .Text("best_accuracy").Tensor("0")
        .Text("state_dict").Dictionary(state => state.Text("w").Tensor("0").Text("v").Tensor("0"))));

    [Fact]
    public void The_likelier_of_two_well_known_keys_is_taken_and_the_other_can_be_named()
    {
        Assert.Equal(["w"], Keys(Both));
        Assert.Equal(["e"], Keys(Both, "ema"));

        static void Both(PickleWriter root) => root
            .Text("ema").Dictionary(state => state.Text("e").Tensor("0"))
            .Text("state_dict").Dictionary(state => state.Text("w").Tensor("0"));
    }

    [Fact]
    public void What_is_ambiguous_is_listed_and_a_key_settles_it()
    {
        var failure = Assert.Throws<FailureException>(() => Keys(Two));
        Assert.Equal((FailureKind.InvalidArgument, "WEIGHTS_KEY_AMBIGUOUS", "weights_key"), (failure.Kind, failure.Reason, failure.Field));
        Assert.Contains("netG, netD.inner", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["d"], Keys(Two, "netD.inner"));
        failure = Assert.Throws<FailureException>(() => Keys(Two, "netD"));
        Assert.Equal("WEIGHTS_KEY_UNKNOWN", failure.Reason);
        Assert.Contains("it has netG, netD.inner", failure.Message, StringComparison.Ordinal);

        static void Two(PickleWriter root) => root
            .Text("netG").Dictionary(state => state.Text("g").Tensor("0"))
            .Text("netD").Dictionary(outer => outer.Text("inner").Dictionary(state => state.Text("d").Tensor("0")));
    }

    [Fact]
    public void Dictionaries_that_hold_themselves_and_each_other_are_visited_once() => Assert.Equal(["w"], Keys(root => root
        .Text("self").Op(PickleOpcode.EmptyDict).Put(0).Text("again").Get(0).Op(PickleOpcode.SetItem).Text("twice").Get(0).Op(PickleOpcode.SetItem)
        .Text("other").Dictionary(other => other.Text("loop").Get(0).Text("deep").Dictionary(state => state.Text("w").Tensor("0").Text("self").Get(0)))));

    [Fact]
    public void A_file_without_named_tensors_is_refused()
    {
        Assert.Equal("WEIGHTS_WITHOUT_TENSORS", Assert.Throws<FailureException>(() => Keys(root => root.Text("epoch").Number(1))).Reason);
        Assert.Equal("WEIGHTS_WITHOUT_TENSORS", Assert.Throws<FailureException>(() => Keys(root => root.Number(1).Tensor("0"))).Reason);
        var file = TorchFiles.Zip(new PickleWriter().Tensor("0").Stop(), new Dictionary<string, byte[]> { ["0"] = TorchFiles.Floats(1) });
        Assert.Equal("WEIGHTS_WITHOUT_TENSORS", BoundedReading.Of(file)!.Reason);
    }

    [Fact]
    public void The_last_value_of_a_key_stays() => Assert.Equal([2], BoundedReading.Values(TorchFiles.Zip(
        new PickleWriter().Dictionary(root => root.Text("w").Tensor("0").Text("w").Tensor("1")).Stop(),
        new Dictionary<string, byte[]> { ["0"] = TorchFiles.Floats(1), ["1"] = TorchFiles.Floats(2) }))["w"]);

    private static Dictionary<string, double[]>.KeyCollection Keys(Action<PickleWriter> root, string? key = null) => BoundedReading.Values(
        TorchFiles.Zip(new PickleWriter().Dictionary(root).Stop(), new Dictionary<string, byte[]> { ["0"] = TorchFiles.Floats(1) }), key).Keys;
}
