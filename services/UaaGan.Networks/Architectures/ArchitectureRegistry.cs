using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>The architectures by name. A new one is a file in this folder and a line in this table.</summary>
public static class ArchitectureRegistry
{
    private static readonly SortedDictionary<string, Architecture> Table = new(StringComparer.Ordinal)
    {
        [DemoResNet.ArchitectureName] = new(options => new DemoResNet(options), DemoResNet.OptionNames),
        ["iresnet18"] = new(_ => new IResNet(18), [], Pools: false),
        ["iresnet50"] = new(_ => new IResNet(50), [], Pools: false),
        ["iresnet100"] = new(_ => new IResNet(100), [], Pools: false),
        [MobileFaceNet.ArchitectureName] = new(_ => new MobileFaceNet(), [], Pools: false),
        [MobileNetV2.ArchitectureName] = new(options => new MobileNetV2(options), []),
        ["osnet_x0_25"] = new(options => new OsNet(1, options), []),
        ["osnet_x0_5"] = new(options => new OsNet(2, options), []),
        ["osnet_x0_75"] = new(options => new OsNet(3, options), []),
        ["osnet_x1_0"] = new(options => new OsNet(4, options), []),
        ["pcb_p4"] = new(_ => new Pcb(4), [], Pools: false),
        ["pcb_p6"] = new(_ => new Pcb(6), [], Pools: false),
        ["resnet18"] = new(options => new ResNet(18, options), []),
        ["resnet34"] = new(options => new ResNet(34, options), []),
        ["resnet50"] = new(options => new ResNet(50, options), []),
        ["resnet101"] = new(options => new ResNet(101, options), []),
        ["resnet152"] = new(options => new ResNet(152, options), []),
        [BnNeckResNet.ArchitectureName] = new(options => new BnNeckResNet(options), BnNeckResNet.OptionNames),
        [Vgg16.ArchitectureName] = new(options => new Vgg16(options), []),
    };

    /// <summary>The known names, in ordinal order.</summary>
    public static IReadOnlyCollection<string> Names => Table.Keys;

    /// <summary>Makes a network with TorchSharp's default initialisation (seeded by torch.random.manual_seed), in train mode.</summary>
    /// <param name="name">One of <see cref="Names"/>.</param>
    /// <param name="options">Pooling and the architecture's own options; null: its defaults.</param>
    /// <exception cref="FailureException">InvalidArgument ARCHITECTURE_UNKNOWN, ARCHITECTURE_OPTION_UNKNOWN or ARCHITECTURE_OPTION_INVALID.</exception>
    public static FeatureNetwork Create(string name, ArchitectureOptions? options = null)
    {
        if (!Table.TryGetValue(name, out var architecture))
        {
            throw new FailureException(FailureKind.InvalidArgument, "ARCHITECTURE_UNKNOWN",
                $"There is no architecture '{name}'; known are {string.Join(", ", Names)}.")
            {
                Field = "architecture",
            };
        }

        options ??= new ArchitectureOptions();
        CheckOptions(name, options.Values, architecture.OptionNames);
        if (!architecture.Pools && options.Pooling != PoolingKind.Average)
        {
            throw new FailureException(FailureKind.InvalidArgument, "ARCHITECTURE_OPTION_INVALID",
                $"The architecture {name} has no global pooling to choose; leave the pooling at its default, avg.")
            {
                Field = "pooling",
            };
        }

        return architecture.Create(options);
    }

    /// <summary>Refuses options that an architecture does not have.</summary>
    /// <exception cref="FailureException">InvalidArgument ARCHITECTURE_OPTION_UNKNOWN.</exception>
    internal static void CheckOptions(string name, IReadOnlyDictionary<string, int> options, IReadOnlyList<string> known)
    {
        var unknown = options.Keys.Except(known, StringComparer.Ordinal).FirstOrDefault();
        if (unknown is null) return;
        throw new FailureException(FailureKind.InvalidArgument, "ARCHITECTURE_OPTION_UNKNOWN",
            $"The architecture {name} has no option '{unknown}'; {(known.Count == 0 ? "it has none" : $"its options are {string.Join(", ", known)}")}.")
        {
            Field = unknown,
        };
    }

    /// <param name="Pools">Whether it takes every <see cref="PoolingKind"/>; else it has a way of its own.</param>
    private sealed record Architecture(Func<ArchitectureOptions, FeatureNetwork> Create, IReadOnlyList<string> OptionNames, bool Pools = true);
}
