using UaaGan.Failures;

namespace UaaGan.Retrieval;

/// <summary>Pairs by their squared Euclidean distance, in ten folds of consecutive pairs.</summary>
internal sealed class PairDistances
{
    public const int Folds = 10;

    private readonly IReadOnlyList<bool> _same;

    private PairDistances(double[] all, IReadOnlyList<bool> same) => (All, _same, FoldSize) = (all, same, all.Length / Folds);

    /// <summary>Of each pair.</summary>
    public double[] All { get; }

    /// <summary>Pairs of a fold.</summary>
    public int FoldSize { get; }

    /// <summary>Of the pairs of one kind in a fold.</summary>
    public double[] OfFold(int fold, bool same) =>
        [.. Enumerable.Range(fold * FoldSize, FoldSize).Where(pair => _same[pair] == same).Select(pair => All[pair])];

    /// <summary>Whether a pair shows one person.</summary>
    public bool IsSame(int pair) => _same[pair];

    /// <exception cref="FailureException">As <see cref="PairVerification.Score"/>.</exception>
    public static PairDistances Of(IReadOnlyList<double[]> left, IReadOnlyList<double[]> right, IReadOnlyList<bool> same)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        ArgumentNullException.ThrowIfNull(same);
        if (left.Count != right.Count || left.Count != same.Count)
            throw Failure("PAIRS_MISMATCH", "pairs", $"There are {left.Count} left features, {right.Count} right ones and {same.Count} labels; each pair needs one of all.");
        if (left.Count == 0 || left.Count % Folds != 0)
            throw Failure("PAIRS_TOO_FEW", "pairs", $"There are {left.Count} pairs; ten equal folds need a multiple of 10.");
        return new PairDistances([.. Enumerable.Range(0, left.Count).Select(pair => Distance(left[pair], right[pair], pair))], same);
    }

    private static double Distance(double[] left, double[] right, int pair)
    {
        if (left.Length != right.Length || left.Length == 0)
            throw Failure("PAIR_INVALID", $"pairs.left[{pair}]", $"Pair {pair} has features of {left.Length} and {right.Length} components; they must be of one length.");
        double sum = 0;
        for (int d = 0; d < left.Length; d++) sum += (left[d] - right[d]) * (left[d] - right[d]);
        return double.IsFinite(sum) ? sum : throw Failure("PAIR_INVALID", $"pairs.left[{pair}]", $"Pair {pair} has a component that is no finite number.");
    }

    private static FailureException Failure(string reason, string field, string message) => new(FailureKind.InvalidArgument, reason, message) { Field = field };
}
