using UaaGan.Failures;

namespace UaaGan.Networks;

/// <summary>The architectures by name. A new one is a file in this folder and a line in this table.</summary>
public static class ArchitectureRegistry
{
    private static readonly SortedDictionary<string, Architecture> Table = new(StringComparer.Ordinal)
    {
        [DemoResNet.ArchitectureName] = new(options => new DemoResNet(options), DemoResNet.OptionNames),
        [MobileFaceNet.ArchitectureName] = new(_ => new MobileFaceNet(), []),
        [MobileNetV2.ArchitectureName] = new(options => new MobileNetV2(options), []),
        [OsNet.ArchitectureName] = new(options => new OsNet(options), []),
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

    private sealed record Architecture(Func<ArchitectureOptions, FeatureNetwork> Create, IReadOnlyList<string> OptionNames);
}
