namespace UaaGan.Networks;

/// <summary>What became of the keys when weights were loaded into a network.</summary>
/// <param name="Matched">Keys taken as they are.</param>
/// <param name="Reshaped">Keys taken whose shape differed only by dimensions of size 1.</param>
/// <param name="Missing">Keys that the network has, the file lacks, and that may be lacking (a counter, a learned pooling exponent).</param>
/// <param name="Unexpected">Keys of the file that the network does not use, such as the training classifier; without the prefix if they have it.</param>
/// <param name="Prefix">What the file puts before the network's keys, such as "module."; empty for nothing.</param>
public sealed record StateLoadReport(
    IReadOnlyList<string> Matched, IReadOnlyList<string> Reshaped, IReadOnlyList<string> Missing, IReadOnlyList<string> Unexpected, string Prefix);
