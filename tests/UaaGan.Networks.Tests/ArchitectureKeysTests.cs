using UaaGan.Failures;

namespace UaaGan.Networks.Tests;

/// <summary>The names and shapes of weights are those of PyTorch's definition, for each architecture of the registry but our own.</summary>
[Collection(PyTorchTests.Name)]
public class ArchitectureKeysTests(PyTorchReference reference)
{
    public static TheoryData<string> Architectures => [.. ArchitectureRegistry.Names.Except([DemoResNet.ArchitectureName])];

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Keys_and_shapes_are_those_of_the_origin(string architecture)
    {
        using var network = ArchitectureRegistry.Create(architecture);
        var origin = reference.Keys[architecture];
        var unused = origin.Keys.Where(network.MayBeUnused).ToArray();

        // Only what comes after the feature is left out.
        Assert.Empty(unused.Select(key => key.Split('.')[0]).Except(["classifier", "conv5", "fc"]));
        Assert.Equal(
            origin.Where(entry => !unused.Contains(entry.Key)).Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value)}]").Order(StringComparer.Ordinal),
            network.state_dict().Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_key_of_the_network_itself_may_not_be_missing()
    {
        using var network = ArchitectureRegistry.Create("resnet50_bnneck");
        Assert.DoesNotContain(network.state_dict().Keys, network.MayBeMissing);
        using var before = ArchitectureRegistry.Create("resnet50_bnneck", new ArchitectureOptions { Values = new Dictionary<string, int> { ["feature_after_neck"] = 0 } });
        Assert.All(before.state_dict().Keys, key => Assert.Equal(key.StartsWith("bottleneck.", StringComparison.Ordinal), before.MayBeMissing(key)));
    }

    [Theory]
    [InlineData("iresnet18")]
    [InlineData("mobilefacenet")]
    [InlineData("pcb_p6")]
    public void What_does_not_pool_refuses_another_pooling(string architecture)
    {
        foreach (var pooling in Enum.GetValues<PoolingKind>().Except([PoolingKind.Average]))
        {
            var failure = Assert.Throws<FailureException>(() => ArchitectureRegistry.Create(architecture, new ArchitectureOptions { Pooling = pooling }));
            Assert.Equal((FailureKind.InvalidArgument, "ARCHITECTURE_OPTION_INVALID", "pooling"), (failure.Kind, failure.Reason, failure.Field));
            Assert.Contains(architecture, failure.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void The_face_networks_say_that_they_take_aligned_faces_of_one_size()
    {
        var networks = ArchitectureRegistry.Names.ToDictionary(name => name, name =>
        {
            using var network = ArchitectureRegistry.Create(name);
            return (network.TakesAlignedFaces, network.OnlyInput);
        });
        var faces = networks.Where(network => network.Value.TakesAlignedFaces).ToDictionary(network => network.Key, network => network.Value.OnlyInput);
        Assert.Equal(["iresnet100", "iresnet18", "iresnet50", "mobilefacenet"], faces.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(new InputSize(112, 112), faces["iresnet18"]);
        Assert.Equal(new InputSize(112, 96), faces["mobilefacenet"]);
        Assert.All(networks.Where(network => !network.Value.TakesAlignedFaces), network => Assert.Null(network.Value.OnlyInput));
    }
}
