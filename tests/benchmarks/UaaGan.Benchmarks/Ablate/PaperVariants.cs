namespace UaaGan.Benchmarks;

/// <summary>One variant for each point that the paper leaves open or claims, and for each part that is none of the paper, beside the defaults.</summary>
internal static class PaperVariants
{
    public static IReadOnlyList<AblationVariant> All { get; } =
    [
        .. new[]
        {
            "defaults:",
            "mining-nearest: mining=nearest",
            "mining-mean: mining=mean",
            "bound-clamp: bound=clamp",
            "reconstruction-1: reconstruction=mean-square lambda-reconstruction=1",
            "faithful: faithful=true",
            "metric-10: lambda-metric=10",
            "metric-100: lambda-metric=100",
            "blocks-2: generator-blocks=2",
            "unshuffle-16: unshuffle=16",
            "no-discriminator: lambda-gan=0",
            "no-attraction: lambda-attraction=0",
            "no-swap: lambda-swap=0",
            "no-map: target-map=off",
            "second-look: second-look=3",
            "second-look-gradient: second-look-gradient=true",
            "images-32: images=32",
            "images-64: images=64",
            "images-128: images=128",
            "epsilon-2: epsilon=2/255",
            "epsilon-4: epsilon=4/255",
            "epsilon-16: epsilon=16/255",
        }.Select(AblationVariant.Parse),
    ];
}
