using UaaGan.Failures;

namespace UaaGan.Benchmarks;

/// <summary>What is compared.</summary>
internal sealed record AblateSettings
{
    /// <summary>One of <see cref="AblationSets.Names"/>.</summary>
    public required string Set { get; init; }

    /// <summary>The variants, of distinct names.</summary>
    public required IReadOnlyList<AblationVariant> Variants { get; init; }

    /// <summary>Seeds of each, from 1.</summary>
    public required int Seeds { get; init; }

    /// <summary>Steps of each training.</summary>
    public required long Steps { get; init; }

    /// <summary>Threads that share each batch of a training.</summary>
    public required int Threads { get; init; }

    /// <summary>Where rows are kept; null: nowhere.</summary>
    public string? Out { get; init; }

    /// <summary>Folder of a state's generators that gets those trained here; null: they are not kept.</summary>
    public string? Generators { get; init; }

    /// <summary>Every run, seed by seed: an interrupted table has all variants as soon as it can.</summary>
    public IEnumerable<(AblationVariant Variant, ulong Seed)> Runs =>
        from seed in Enumerable.Range(1, Seeds)
        from variant in Variants
        select (variant, (ulong)seed);

    /// <summary>The variants that are asked for.</summary>
    /// <param name="paper">Whether those of the paper come first.</param>
    /// <param name="given">Further ones, as <see cref="AblationVariant.Parse"/> reads them; with neither, the defaults alone.</param>
    /// <exception cref="FailureException">VARIANT_DUPLICATE, and what Parse refuses.</exception>
    public static IReadOnlyList<AblationVariant> Chosen(bool paper, IReadOnlyList<string> given)
    {
        IReadOnlyList<string> texts = !paper && given.Count == 0 ? ["defaults:"] : given;
        IReadOnlyList<AblationVariant> known = paper ? PaperVariants.All : [];
        AblationVariant[] variants = [.. known, .. texts.Select(AblationVariant.Parse)];
        string? twice = variants.GroupBy(variant => variant.Name).FirstOrDefault(group => group.Count() > 1)?.Key;
        if (twice is not null) throw new FailureException(FailureKind.InvalidArgument, "VARIANT_DUPLICATE", $"Two variants are named '{twice}'; give each its own name.") { Field = "variant" };
        return variants;
    }
}
