using TorchSharp;

namespace UaaGan.Networks;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="Name">Its key.</param>
/// <param name="DataType">Its number format.</param>
/// <param name="Shape">Its sizes; empty for a scalar.</param>
/// <param name="Begin">Where its bytes begin, counted from the end of the header.</param>
/// <param name="End">Where they end.</param>
public sealed record SafetensorsEntry(string Name, torch.ScalarType DataType, IReadOnlyList<long> Shape, long Begin, long End);
