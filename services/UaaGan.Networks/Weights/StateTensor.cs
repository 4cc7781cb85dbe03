using TorchSharp;

namespace UaaGan.Networks;

/// <summary>One tensor of a weights file, as the file describes it.</summary>
/// <param name="Name">Its key.</param>
/// <param name="DataType">Its number format.</param>
/// <param name="Shape">Its sizes; empty for a scalar.</param>
public record StateTensor(string Name, torch.ScalarType DataType, IReadOnlyList<long> Shape);
