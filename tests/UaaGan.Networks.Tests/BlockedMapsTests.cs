using static TorchSharp.torch;

namespace UaaGan.Networks.Tests;

public sealed class BlockedMapsTests
{
    public static TheoryData<string, bool, int> Cases
    {
        get
        {
            var cases = new TheoryData<string, bool, int>();
            foreach (var architecture in new[] { "resnet18", "resnet50", "resnet50_bnneck", "pcb_p6", "vgg16" })
            {
                cases.Add(architecture, true, 3);
                cases.Add(architecture, true, 1);
                cases.Add(architecture, false, 2);
            }

            return cases;
        }
    }

    /// <summary>With a gradient to keep the maps stay ordinary tensors, so the two ways are told apart by it.</summary>
    [Theory]
    [MemberData(nameof(Cases))]
    public void Features_are_those_of_ordinary_maps(string architecture, bool folded, int batch)
    {
        using var scope = NewDisposeScope();
        using var network = ArchitectureRegistry.Create(architecture);
        network.eval();
        if (folded) BatchNormalisation.FoldIntoPredecessors(network);
        foreach (var parameter in network.parameters()) parameter.requires_grad_(false);
        var images = (arange(batch * 3 * 64 * 48) * 0.37f).sin().reshape(batch, 3, 64, 48);
        var ordinary = network.call(images.detach().requires_grad_());
        Tensor blocked;
        using (no_grad()) blocked = network.call(images);

        Assert.True(ordinary.requires_grad);
        var difference = (ordinary.detach() - blocked).norm().item<float>() / blocked.norm().item<float>();
        Assert.InRange(difference, 0, 5e-6);
    }

    [Fact]
    public void Maps_enter_only_where_no_gradient_is_kept_and_come_back_as_they_were()
    {
        using var scope = NewDisposeScope();
        var map = (arange(2 * 20 * 5 * 3) * 0.1f).reshape(2, 20, 5, 3);
        Assert.False(BlockedMaps.Suit(map));
        using var noGradient = no_grad();
        Assert.True(BlockedMaps.Suit(map));
        Assert.False(BlockedMaps.Suit(map.to(ScalarType.BFloat16)));
        Assert.False(BlockedMaps.Suit(map.to(ScalarType.Float64)));
        Assert.Equal(map.data<float>().ToArray(), BlockedMaps.Leave(BlockedMaps.Enter(map)).data<float>().ToArray());
    }
}
