using TorchSharp;

namespace UaaGan.Networks;

/// <summary>One tensor of a safetensors file, as its header describes it.</summary>
/// <param name="Begin">Where its bytes begin, counted from the end of the header.</param>
/// <param name="End">Where they end.</param>
internal sealed record SafetensorsEntry(string Name, torch.ScalarType DataType, IReadOnlyList<long> Shape, long Begin, long End)
    : StateTensor(Name, DataType, Shape);
