namespace UaaGan.Retrieval;

/// <summary>A pair of LFW.</summary>
/// <param name="Left">Id of one image.</param>
/// <param name="Right">Id of the other.</param>
/// <param name="Same">Whether both show the same person.</param>
public readonly record struct DatasetPair(string Left, string Right, bool Same);
